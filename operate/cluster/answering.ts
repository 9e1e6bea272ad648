import { UserError } from "../errors";
import type { Brokers } from "./brokers";
import { isReady, nameOf } from "./objects";
import { patiently } from "./patience";

/** Short, because a broker of a lost machine counts as ready for most of a minute, and never answers. */
const TIMEOUT_SECONDS = 3;
/** A request that concerns no other broker. */
const PATH = "/whoami";

/** Returns the pod of the broker that answers first. A command in one that does not would take a minute to fail. */
export async function answeringPod(brokers: Pick<Brokers, "pods" | "management">): Promise<string> {
  const ready = (await brokers.pods()).filter(isReady).map(nameOf);
  if (ready.length === 0) throw new UserError("No broker is ready. See what is wrong: npx ha-celery status");
  const first = (seconds = TIMEOUT_SECONDS) =>
    Promise.any(
      ready.map(async (pod) => {
        await brokers.management.getFrom(pod, PATH, seconds);
        return pod;
      }),
    );
  return patiently(first).catch(() => {
    throw new UserError(`No broker answers: ${ready.join(", ")}. See what is wrong: npx ha-celery status`);
  });
}
