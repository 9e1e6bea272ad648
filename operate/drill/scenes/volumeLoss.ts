import { recover } from "../../recover/recover";
import { absent } from "../../cluster/cluster";
import { type Drill, type Scene, Victim } from "./scene";
import { BROKER_LIMITS } from "./shared/brokerLimits";

const PATIENCE_SECONDS = 240;

export const volumeLoss: Scene = {
  name: "volume-loss",
  summary: "a follower's volume is gone, with its pod; recover mends it under load",
  victim: Victim.Follower,
  holdSeconds: 20,
  // Longer than for a node that comes back: all queues lose a member at once, and get a new one later, while they are in use.
  limits: { ...BROKER_LIMITS, publishGapSeconds: 3, consumeGapSeconds: 3 },
  destructive: true,
  inject: lose,
};

export const volumeLossFirst: Scene = {
  ...volumeLoss,
  name: "volume-loss-first",
  summary: "the same with node 0, which leads: empty, it could found a cluster of its own",
  victim: Victim.First,
};

async function lose(drill: Drill): Promise<void> {
  const { cluster, brokers, victim, signal } = drill;
  const { namespace } = brokers;
  const claim = `data-${victim.pod}`;
  await cluster.core.deleteNamespacedPersistentVolumeClaim({ namespace, name: claim }).catch(absent);
  // The claim goes with the last pod that uses it.
  await cluster.core.deleteNamespacedPod({ namespace, name: victim.pod, gracePeriodSeconds: 0 });
  drill.event(`claim ${claim} and ${victim.pod} deleted`);

  const outcome = await recover(cluster, brokers, {
    silentAfterSeconds: 60,
    patienceSeconds: PATIENCE_SECONDS,
    signal,
    consent: (steps) => Promise.resolve(steps),
    report: (text) => drill.event(text.trim()),
  });
  if (!outcome.whole) throw new Error(`recover did not mend it: ${outcome.stuck.join("; ")}`);
  drill.note("recoverSeconds", Math.round(outcome.seconds));
  drill.note("recoverSteps", outcome.done.map(({ kind }) => kind).join(", ") || "none needed");
}
