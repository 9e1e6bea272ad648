import type { V1Taint } from "@kubernetes/client-node";
import { FOUND_AGAIN_LABEL, SKIP_WAIT_LABEL } from "../../components/rabbitMqCluster/names";
import type { Brokers } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import { ignoreNotFound, statusCodeOf } from "../cluster/objects";
import { undoLeftovers } from "../drill/leftovers";
import { type Facts, quorumView } from "./facts";
import { OUT_OF_SERVICE } from "./observe";
import { type Step, StepKind } from "./plan";

const TAINT: V1Taint = { key: OUT_OF_SERVICE, value: "nodeshutdown", effect: "NoExecute" };

/** Executes one step. Idempotent. */
export async function execute(cluster: Cluster, brokers: Brokers, facts: Facts, step: Step): Promise<void> {
  const { namespace } = facts;
  switch (step.kind) {
    case StepKind.Taint:
      return taint(cluster, facts, step.target);
    case StepKind.Untaint:
      return setTaints(cluster, step.target, (taints) => taints.filter(({ key }) => key !== OUT_OF_SERVICE));
    case StepKind.ReleasePod:
      return setLabel(cluster, namespace, step.target, SKIP_WAIT_LABEL);
    case StepKind.FoundAgain:
      return setLabel(cluster, namespace, step.target, FOUND_AGAIN_LABEL);
    case StepKind.ServeAlone:
      return serveAlone(brokers, step.target);
    case StepKind.DeletePod:
      return deletePod(cluster, namespace, step.target);
    case StepKind.GiveUpVolume:
      return giveUpVolume(cluster, facts, step.target);
    case StepKind.Forget:
      return void (await execInQuorum(brokers, facts, "rabbitmqctl", "forget_cluster_node", step.target));
    case StepKind.Grow:
      return void (await execInQuorum(brokers, facts, "rabbitmq-queues", "grow", step.target, "all"));
    case StepKind.UndoDrill:
      return undoLeftovers(cluster, brokers, () => undefined, step.target);
  }
}

/**
 * Taints a node, so that Kubernetes removes its pods and detaches their volumes. Force-deletes the pods instead if
 * the user lacks permission to taint nodes.
 */
async function taint(cluster: Cluster, facts: Facts, name: string): Promise<void> {
  try {
    await setTaints(cluster, name, (taints) => [
      ...taints.filter(({ key }) => key !== OUT_OF_SERVICE),
      TAINT,
    ]);
  } catch (error) {
    if (statusCodeOf(error) !== 403) throw error;
    const pods = facts.nodes.find((node) => node.name === name)?.pods ?? [];
    await Promise.all(pods.map((pod) => deletePod(cluster, facts.namespace, pod, 0)));
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
    // The test makes the API server reject the patch if the node has changed in the meantime.
    body: [
      { op: "test", path: "/metadata/resourceVersion", value: node.metadata?.resourceVersion },
      { op: "add", path: "/spec/taints", value: change(node.spec?.taints ?? []) },
    ],
  });
}

async function setLabel(cluster: Cluster, namespace: string, name: string, label: string): Promise<void> {
  const path = `/metadata/labels/${label.replace("/", "~1")}`;
  await cluster.core
    .patchNamespacedPod({ namespace, name, body: [{ op: "add", path, value: "true" }] })
    .catch(ignoreNotFound);
}

async function deletePod(
  cluster: Cluster,
  namespace: string,
  name: string,
  gracePeriodSeconds?: number,
): Promise<void> {
  await cluster.core
    .deleteNamespacedPod({ namespace, name, ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }) })
    .catch(ignoreNotFound);
}

/** Time that a broker may need to start, once it is the only member of the cluster. */
const START_SECONDS = 600;

/**
 * Makes a broker the only member of the cluster, for which it waits in its start, and then of every queue. In one
 * command, because the others join as soon as it serves: empty members of a queue that still counts them could outvote
 * the one that has its tasks.
 */
async function serveAlone(brokers: Brokers, pod: string): Promise<void> {
  const steps = [
    // A store that answers is not shrunk again: it has members that have joined since.
    "ok = case khepri:exists(rabbit_khepri:get_store_id(), [rabbitmq], #{favor => consistency, timeout => 5000}) of " +
      "{error, _} -> rabbit_khepri:force_shrink_member_to_current_member(); _ -> ok end",
    `ok = rabbit:await_startup(node(), false, ${START_SECONDS * 1000})`,
    "ok = rabbit_quorum_queue:force_all_queues_shrink_member_to_current_member()",
  ];
  const broker = { pod, timeoutSeconds: 2 * START_SECONDS };
  await brokers.exec(broker, "rabbitmqctl", "eval", `${steps.join(", ")}.`);
}

/** Deletes the claim and its pod. The StatefulSet then recreates both. */
async function giveUpVolume(cluster: Cluster, facts: Facts, claim: string): Promise<void> {
  const { namespace } = facts;
  await cluster.core.deleteNamespacedPersistentVolumeClaim({ namespace, name: claim }).catch(ignoreNotFound);
  const broker = facts.brokers.find((each) => each.claim?.name === claim);
  if (broker?.podState) await deletePod(cluster, namespace, broker.pod, 0);
}

/** Runs a command in a broker of the cluster that has a quorum. */
async function execInQuorum(brokers: Brokers, facts: Facts, ...command: string[]): Promise<void> {
  const quorum = quorumView(facts);
  const broker = facts.brokers.find(({ member }) => member === quorum?.of);
  if (!broker) throw new Error("no broker of a cluster with a quorum answers");
  await brokers.exec(broker, ...command);
}
