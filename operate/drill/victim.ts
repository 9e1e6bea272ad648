import type { Broker, Brokers } from "../cluster/brokers";
import { messageOf, UsageError, UserError } from "../errors";
import type { DrillPlan } from "./plan";
import { Victim } from "./scenes/scene";

type VictimChoice = Pick<DrillPlan, "victim"> & { readonly scene: Pick<DrillPlan["scene"], "victim"> };

/**
 * Chooses the broker node to fail: the one that the user named, or the leader (or a follower) of the user's own
 * queue, so that this queue's leader need not move.
 */
export async function chooseVictim(brokers: Brokers, userQueue: string, plan: VictimChoice): Promise<Broker> {
  const all = await brokers.list();
  const { victim = plan.scene.victim === Victim.First ? 0 : undefined, scene } = plan;
  const { leader } = await brokers.queue(userQueue).catch((error: unknown) => {
    throw new UserError(
      `The queue "${userQueue}" of the worker pool cannot be read: ${messageOf(error)}. ` +
        "Workers declare it when they start. If they have just started, try again in a few seconds.",
    );
  });
  const isChosen = (broker: Broker) =>
    victim === undefined
      ? (broker.node === leader) === (scene.victim !== Victim.Follower)
      : broker.ordinal === victim;
  // The last, because node 0 has scenes of its own.
  const chosen = all.findLast(isChosen);
  if (chosen) return chosen;
  const known = all.map(({ ordinal }) => ordinal).join(", ");
  throw new UsageError(`There is no broker node ${victim}. Set --victim to one of ${known}.`);
}

/** Returns the broker that must lead the drill's queue: the victim, or any other one if the victim is to follow. */
export async function leaderFor(
  brokers: Brokers,
  victim: Broker,
  { scene }: VictimChoice,
): Promise<Broker | undefined> {
  if (scene.victim !== Victim.Follower) return victim;
  return (await brokers.list()).find(({ ordinal }) => ordinal !== victim.ordinal);
}
