import { ignoreNotFound } from "../../cluster/objects";
import { recover } from "../../recover/recover";
import { type Drill, type Scene, Victim } from "./scene";
import { BROKER_LIMITS } from "./shared/brokerLimits";

const TIMEOUT_SECONDS = 240;

export const volumeLoss: Scene = {
  name: "volume-loss",
  summary: "deletes a follower's volume and pod; `recover` repairs the cluster under load",
  victim: Victim.Follower,
  holdSeconds: 20,
  // Longer than for a node that comes back, because all queues lose a member at once and replace it while they are in
  // use.
  limits: { ...BROKER_LIMITS, publishGapSeconds: 3, consumeGapSeconds: 3 },
  destructive: true,
  inject: loseVolume,
};

export const volumeLossFirst: Scene = {
  ...volumeLoss,
  name: "volume-loss-first",
  summary:
    "deletes the volume and pod of node 0, which leads; with an empty volume, it could form a separate cluster",
  victim: Victim.First,
};

async function loseVolume(drill: Drill): Promise<void> {
  const { cluster, brokers, victim, signal } = drill;
  const { namespace } = brokers;
  const claim = `data-${victim.pod}`;
  await cluster.core.deleteNamespacedPersistentVolumeClaim({ namespace, name: claim }).catch(ignoreNotFound);
  // Kubernetes removes the claim when the last pod that uses it is gone.
  await cluster.core.deleteNamespacedPod({ namespace, name: victim.pod, gracePeriodSeconds: 0 });
  drill.event(`claim ${claim} and ${victim.pod} deleted`);

  const outcome = await recover(cluster, brokers, {
    silentAfterSeconds: 60,
    timeoutSeconds: TIMEOUT_SECONDS,
    signal,
    consent: (steps) => Promise.resolve(steps),
    report: (text) => drill.event(text.trim()),
  });
  if (!outcome.whole) throw new Error(`recover did not repair the cluster: ${outcome.stuck.join("; ")}`);
  drill.note("recoverSeconds", Math.round(outcome.seconds));
  drill.note("recoverSteps", outcome.done.map(({ kind }) => kind).join(", ") || "none needed");
}
