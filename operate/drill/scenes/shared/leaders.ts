import type { Drill } from "../scene";

const BALANCE_SECONDS = 120;
/** Expression of Erlang whose value is `undefined` if the plugin of our image does not run. */
const PLUGIN = "whereis(ha_celery_balance_leaders).";

/**
 * Waits, under load, until no broker leads more than half of the queues and one more. Does not wait if nothing balances
 * leaders: with a single broker, or with an image that lacks our plugin.
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
  if (!(await isBalancing(drill))) return drill.event("nothing balances leaders");
  await drill.until("no broker leads more than half of the queues", BALANCE_SECONDS, async () => {
    const now = await mostLed();
    return now.most <= now.queues / 2 + 1;
  });
  drill.event("leaders are balanced");
}

async function isBalancing({ brokers, victim }: Drill): Promise<boolean> {
  if (brokers.replicas === 1) return false;
  const plugin = await brokers.exec(victim, "rabbitmqctl", "--quiet", "eval", PLUGIN);
  return plugin.trim() !== "undefined";
}
