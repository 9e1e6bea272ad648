import { messageOf } from "../errors";
import type { Agents } from "./agents/agent";
import type { DrillContext } from "./context";
import type { DrillPlan } from "./plan";
import { deleteQueue } from "./remove";

/** Undoes the fault and removes everything that the drill created, however far it got. */
export async function cleanUp(
  context: DrillContext,
  agents: Pick<Agents, "close">,
  { usePool }: Pick<DrillPlan, "usePool">,
): Promise<void> {
  const { brokers, load, undoStack } = context;
  const failures = [
    ...(await undoStack.undoAll()),
    // Before the guard, which would remove the agents if this command were killed now.
    ...(await failureOf("remove the agents", () => agents.close())),
    ...(await failureOf("remove the drill's pods", () => load.remove())),
    ...(usePool ? [] : await failureOf("delete the drill's queue", () => deleteQueue(brokers, load.queue))),
  ];
  if (failures.length > 0)
    throw new Error(
      `the drill could not undo everything:\n${failures.map((each) => `  ${each}`).join("\n")}`,
    );
}

async function failureOf(action: string, run: () => Promise<void>): Promise<string[]> {
  try {
    await run();
    return [];
  } catch (error) {
    return [`${action}: ${messageOf(error)}`];
  }
}
