import type { Drill } from "../scene";

const BALANCE_SECONDS = 120;

/**
 * Waits, under load, until no broker leads more than half of the queues and one more. A broker whose image lacks our
 * plugin leaves leaders where they went.
 */
export async function untilLeadersAreBalanced(drill: Drill): Promise<void> {
  const { brokers } = drill;
  const mostLed = async () => {
    const leaders = (await brokers.queues()).map(({ leader }) => leader);
    const counts = new Map<string, number>();
    for (const leader of leaders) counts.set(leader, (counts.get(leader) ?? 0) + 1);
    return { most: Math.max(0, ...counts.values()), queues: leaders.length };
  };
  const { most, queues } = await mostLed();
  drill.event(`one broker leads ${most} of ${queues} queues`);
  await drill.until("no broker leads more than half of the queues", BALANCE_SECONDS, async () => {
    const now = await mostLed();
    return now.most <= now.queues / 2 + 1;
  });
  drill.event("leaders are balanced");
}
