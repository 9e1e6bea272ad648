import { recover } from "../../recover/recover";
import { type Drill, type Scene, Victim } from "./scene";
import { BROKER_LIMITS } from "./shared/brokerLimits";
import { deleteVolume } from "./shared/emptyVolume";

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
  const claim = await deleteVolume(drill);
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
