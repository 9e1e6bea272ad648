import type { Drill } from "../scene";

const CLOSE_SECONDS = 30;

/** Waits until the victim, which has no majority, has let its clients go. Brokers without our image's plugin never do. */
export async function awaitClosing(drill: Drill): Promise<void> {
  const { brokers, victim } = drill;
  const ask = async (expression: string) =>
    (await brokers.exec(victim, "rabbitmqctl", "--quiet", "eval", `${expression}.`)).trim();
  // Not of rabbit_plugins, which has other functions in older brokers.
  const running = "lists:keymember(ha_celery_pause_minority, 1, application:which_applications())";
  if ((await ask(running)) !== "true") {
    drill.event(`${victim.pod}: keeps its clients, for want of the plugin ha_celery_pause_minority`);
    return;
  }
  await drill.until(
    `${victim.pod} closes itself to clients`,
    CLOSE_SECONDS,
    async () => (await ask("length(rabbit_networking:local_connections())")) === "0",
  );
  drill.event(`${victim.pod}: has closed itself to clients`);
}
