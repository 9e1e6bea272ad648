import type { V1Taint } from "@kubernetes/client-node";
import { SKIP_WAIT_LABEL } from "../../components/rabbitMqCluster/names";
import type { Brokers } from "../cluster/brokers";
import { absent, type Cluster } from "../cluster/cluster";
import { type Facts, quorumView } from "./facts";
import { OUT_OF_SERVICE } from "./observe";
import { Kind, type Step } from "./plan";

const TAINT: V1Taint = { key: OUT_OF_SERVICE, value: "nodeshutdown", effect: "NoExecute" };

/** Does one step. Doing it twice does no harm. */
export async function execute(cluster: Cluster, brokers: Brokers, facts: Facts, step: Step): Promise<void> {
  const { namespace } = facts;
  switch (step.kind) {
    case Kind.Taint:
      return taint(cluster, facts, step.target);
    case Kind.Untaint:
      return setTaints(cluster, step.target, (taints) => taints.filter(({ key }) => key !== OUT_OF_SERVICE));
    case Kind.ReleasePod:
      return release(cluster, namespace, step.target);
    case Kind.DeletePod:
      return deletePod(cluster, namespace, step.target);
    case Kind.GiveUpVolume:
      return giveUp(cluster, facts, step.target);
    case Kind.Forget:
      return void (await ask(brokers, facts, "rabbitmqctl", "forget_cluster_node", step.target));
    case Kind.Grow:
      return void (await ask(brokers, facts, "rabbitmq-queues", "grow", step.target, "all"));
  }
}

/** Lets Kubernetes remove the pods and detach their volumes; where nodes may not be changed, removes the pods alone. */
async function taint(cluster: Cluster, facts: Facts, name: string): Promise<void> {
  try {
    await setTaints(cluster, name, (taints) => [
      ...taints.filter(({ key }) => key !== OUT_OF_SERVICE),
      TAINT,
    ]);
  } catch (error) {
    if ((error as { code?: number }).code !== 403) throw error;
    const held = facts.nodes.find((node) => node.name === name)?.pods ?? [];
    await Promise.all(held.map((pod) => deletePod(cluster, facts.namespace, pod, 0)));
  }
}

async function setTaints(
  cluster: Cluster,
  name: string,
  change: (taints: V1Taint[]) => V1Taint[],
): Promise<void> {
  const node = await cluster.core.readNode({ name });
  await cluster.core.patchNode({
    name,
    // The test makes the API server refuse when somebody else changed the node meanwhile.
    body: [
      { op: "test", path: "/metadata/resourceVersion", value: node.metadata?.resourceVersion },
      { op: "add", path: "/spec/taints", value: change(node.spec?.taints ?? []) },
    ],
  });
}

async function release(cluster: Cluster, namespace: string, name: string): Promise<void> {
  const path = `/metadata/labels/${SKIP_WAIT_LABEL.replace("/", "~1")}`;
  await cluster.core
    .patchNamespacedPod({ namespace, name, body: [{ op: "add", path, value: "true" }] })
    .catch(absent);
}

async function deletePod(
  cluster: Cluster,
  namespace: string,
  name: string,
  gracePeriodSeconds?: number,
): Promise<void> {
  await cluster.core
    .deleteNamespacedPod({ namespace, name, ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }) })
    .catch(absent);
}

/** The claim goes once no pod uses it; the StatefulSet then makes both anew. */
async function giveUp(cluster: Cluster, facts: Facts, claim: string): Promise<void> {
  const { namespace } = facts;
  await cluster.core.deleteNamespacedPersistentVolumeClaim({ namespace, name: claim }).catch(absent);
  const broker = facts.brokers.find((each) => each.claim?.name === claim);
  if (broker?.podState) await deletePod(cluster, namespace, broker.pod, 0);
}

/** Asks a broker of the cluster that has the quorum. */
async function ask(brokers: Brokers, facts: Facts, ...command: string[]): Promise<void> {
  const quorum = quorumView(facts);
  const via = facts.brokers.find(({ member }) => member === quorum?.of);
  if (!via) throw new Error("no broker with a quorum answers");
  await brokers.exec(via, ...command);
}
