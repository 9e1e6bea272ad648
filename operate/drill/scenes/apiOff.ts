import type { V1Pod } from "@kubernetes/client-node";
import { isReady, nameOf } from "../../cluster/objects";
import { DRILL_LABEL } from "../load/names";
import type { Drill, Scene } from "./scene";
import { brokerContainer } from "./shared/container";
import { killBrokerLater } from "./shared/killBroker";

/** What was before the fault, and when the API was away, in Unix seconds. */
export interface Away {
  readonly pods: readonly V1Pod[];
  from: number;
  to: number;
}

const away = new WeakMap<Drill, Away>();

export const apiOff: Scene = {
  name: "api-off",
  summary:
    "stops the Kubernetes API and its controllers for 5 min; meanwhile, the leader's Erlang VM is killed",
  holdSeconds: 300,
  limits: {
    // The Service still names the broker that is killed, so clients may need a second attempt.
    publishGapSeconds: 5,
    consumeGapSeconds: 5,
    duplicated: "running",
    // Kubelets renew their leases within 10 s.
    fullStrengthSeconds: 60,
  },
  needsAgents: true,
  needsControlPlane: true,
  async inject(drill) {
    const { controlPlane } = drill.nodes;
    if (!controlPlane) throw new Error("api-off requires a way to stop the control plane");
    const halfTime = drill.holdSeconds / 2;
    await killBrokerLater(drill, drill.victim, halfTime);
    const record: Away = { pods: await podsOf(drill), from: Date.now() / 1000, to: Infinity };
    away.set(drill, record);
    drill.undo("the Kubernetes API answers", async () => {
      await controlPlane.resume();
      record.to = Date.now() / 1000;
    });
    await controlPlane.stop(drill.deadlineSeconds);
    drill.event("the Kubernetes API is away");
    await drill.wait(halfTime);
    drill.event(`${drill.victim.pod}: SIGKILL, by the agent of its node`);
  },
  async check(drill) {
    const record = away.get(drill);
    if (!record) throw new Error("the scene has not run, so there is nothing to check");
    const after = await podsOf(drill);
    const lost = await nodesLostSince(drill, record.from);
    drill.note("nodes called lost afterward", lost);
    const { reasons, restartSeconds } = changesOf(record, after, drill.victim.pod);
    if (restartSeconds !== undefined) drill.note("killed broker started again after, s", restartSeconds);
    return reasons;
  },
};

/** The pods of brokers, workers, publisher, ledger, and guard. */
async function podsOf({ cluster, brokers: { namespace } }: Drill): Promise<V1Pod[]> {
  const { items } = await cluster.core.listNamespacedPod({ namespace });
  return items.filter(
    ({ metadata }) =>
      metadata?.labels?.[DRILL_LABEL] !== undefined ||
      metadata?.ownerReferences?.some(({ kind }) => kind === "ReplicaSet" || kind === "StatefulSet"),
  );
}

/** Returns the number of nodes whose readiness has changed, as it does when the controllers miss their leases. */
async function nodesLostSince({ cluster }: Drill, since: number): Promise<number> {
  const { items } = await cluster.core.listNode();
  return items.filter((node) => {
    const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
    return !isReady(node) || new Date(ready?.lastTransitionTime ?? 0).getTime() / 1000 > since;
  }).length;
}

/** Returns the reasons to fail: no pod may be replaced, and only the killed broker may restart, by its kubelet alone. */
export function changesOf(
  { pods, from, to }: Away,
  after: readonly V1Pod[],
  killed: string,
): { reasons: string[]; restartSeconds?: number } {
  const reasons = pods.flatMap((before) => {
    const name = nameOf(before);
    const now = after.find(({ metadata }) => metadata?.uid === before.metadata?.uid);
    if (!now || now.metadata?.deletionTimestamp) return [`pod ${name} was replaced`];
    const restarts = restartsOf(now) - restartsOf(before);
    if (name === killed)
      return restarts === 1 ? [] : [`the killed broker ${name} restarted ${restarts} times`];
    return restarts > 0 ? [`pod ${name} restarted ${restarts} times`] : [];
  });
  const container = brokerContainer(after.find((pod) => nameOf(pod) === killed));
  const started = secondsOf(container?.state?.running?.startedAt);
  const ended = secondsOf(container?.lastState?.terminated?.finishedAt);
  if (started < from || started > to)
    reasons.push(`the killed broker ${killed} did not start again while the Kubernetes API was away`);
  return { reasons, ...(ended >= from && { restartSeconds: started - ended }) };
}

const restartsOf = ({ status }: V1Pod): number =>
  (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

const secondsOf = (time: Date | undefined): number => new Date(time ?? 0).getTime() / 1000;
