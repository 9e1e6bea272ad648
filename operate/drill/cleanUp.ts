import type { Brokers } from "../cluster/brokers";
import { isReady, nameOf } from "../cluster/objects";
import { messageOf } from "../errors";
import type { Agents } from "./agents/agent";
import type { DrillContext } from "./context";
import type { DrillPlan } from "./plan";

/** Undoes the fault and removes everything that the drill created, however far it got. */
export async function cleanUp(
  context: DrillContext,
  agents: Pick<Agents, "close">,
  { usePool }: Pick<DrillPlan, "usePool">,
): Promise<void> {
  const { brokers, load, undoStack } = context;
  const failures = [
    ...(await undoStack.undoAll()),
    ...(await failureOf("remove the drill's pods", () => load.remove())),
    ...(usePool ? [] : await failureOf("delete the drill's queue", () => deleteQueue(brokers, load.queue))),
    ...(await failureOf("remove the agents", () => agents.close())),
  ];
  if (failures.length > 0)
    throw new Error(
      `the drill could not undo everything:\n${failures.map((each) => `  ${each}`).join("\n")}`,
    );
}

async function deleteQueue(brokers: Brokers, queue: string): Promise<void> {
  const [pod] = (await brokers.pods()).filter(isReady);
  if (!pod) throw new Error("no broker is ready");
  const command = ["rabbitmqctl", "--quiet", "delete_queue", `--vhost=${brokers.vhost}`, queue];
  await brokers.exec({ pod: nameOf(pod) }, ...command).catch((error: unknown) => {
    if (!/not.found|not_found|no such queue/i.test(messageOf(error))) throw error;
  });
}

async function failureOf(action: string, run: () => Promise<void>): Promise<string[]> {
  try {
    await run();
    return [];
  } catch (error) {
    return [`${action}: ${messageOf(error)}`];
  }
}
