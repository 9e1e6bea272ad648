import { UserError } from "../errors";
import type { Broker, Brokers } from "../cluster/brokers";
import type { DrillPlan } from "./plan";
import { Victim } from "./scenes/scene";

type Choice = Pick<DrillPlan, "victim"> & { readonly scene: Pick<DrillPlan["scene"], "victim"> };

/** The broker node to hit. As told; else by the user's own queue, so that its leader need not move. */
export async function chooseVictim(brokers: Brokers, userQueue: string, plan: Choice): Promise<Broker> {
  const all = await brokers.list();
  const { victim = plan.scene.victim === Victim.First ? 0 : undefined, scene } = plan;
  const { leader } = await brokers.queue(userQueue).catch((error: Error) => {
    throw new UserError(
      `The queue "${userQueue}" of the worker pool cannot be seen: ${error.message}. ` +
        "Workers declare it when they start; if they just did, try again in a few seconds.",
    );
  });
  const wanted = (broker: Broker) =>
    victim === undefined
      ? (broker.node === leader) === (scene.victim !== Victim.Follower)
      : broker.ordinal === victim;
  const chosen = all.find(wanted);
  if (chosen) return chosen;
  const known = all.map(({ ordinal }) => ordinal).join(", ");
  throw new UserError(`There is no broker node ${victim}: --victim is one of ${known}.`);
}

/** Who has to lead the drill's queue: the victim, or surely another one. */
export async function leaderFor(
  brokers: Brokers,
  victim: Broker,
  { scene }: Choice,
): Promise<Broker | undefined> {
  if (scene.victim !== Victim.Follower) return victim;
  return (await brokers.list()).find(({ ordinal }) => ordinal !== victim.ordinal);
}
