import type { Drill } from "../scene";

const DISCONNECT_SECONDS = 30;

/**
 * Waits until the victim, which has no majority, has disconnected its clients. Brokers whose image lacks our plugin
 * never do that.
 */
export async function untilClientsAreDisconnected(drill: Drill): Promise<void> {
  const { brokers, victim } = drill;
  const evaluate = async (expression: string) =>
    (await brokers.exec(victim, "rabbitmqctl", "--quiet", "eval", `${expression}.`)).trim();
  // The functions of the module rabbit_plugins differ in older brokers.
  const isPluginRunning = "lists:keymember(ha_celery_pause_minority, 1, application:which_applications())";
  if ((await evaluate(isPluginRunning)) !== "true") {
    drill.event(`${victim.pod}: keeps its clients, because the plugin ha_celery_pause_minority is missing`);
    return;
  }
  await drill.until(
    `${victim.pod} has disconnected its clients`,
    DISCONNECT_SECONDS,
    async () => (await evaluate("length(rabbit_networking:local_connections())")) === "0",
  );
  drill.event(`${victim.pod}: has disconnected its clients`);
}
