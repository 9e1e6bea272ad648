import { messageOf } from "../errors";
import type { Agents } from "./agents/agent";
import type { DrillContext } from "./context";
import type { Guard } from "./guard/guard";
import type { DrillPlan } from "./plan";
import { deleteQueue } from "./remove";

/** What a clean-up removes, besides what the drill's context knows. */
interface Removable {
  readonly agents: Pick<Agents, "close">;
  readonly guard: Pick<Guard, "remove">;
}

/** Undoes the fault and removes everything that the drill created, however far it got. */
export async function cleanUp(
  context: DrillContext,
  { agents, guard }: Removable,
  { usePool }: Pick<DrillPlan, "usePool">,
): Promise<void> {
  const failures = await context.undoStack.undoAll();
  const removals = await Promise.all([
    failuresOf(["remove the agents", () => agents.close()]),
    removeLoad(context, usePool),
  ]);
  failures.push(...removals.flat());
  // Last, because it would remove the rest if this command were killed now.
  failures.push(...(await failuresOf(["remove the drill's guard", () => guard.remove()])));
  if (failures.length > 0)
    throw new Error(
      `the drill could not undo everything:\n${failures.map((each) => `  ${each}`).join("\n")}`,
    );
}

/** Workers would declare the queue again, so they go first. */
function removeLoad({ brokers, load }: DrillContext, usePool: boolean): Promise<string[]> {
  return failuresOf(
    ["remove the drill's pods", () => load.remove()],
    ...(usePool ? [] : [["delete the drill's queue", () => deleteQueue(brokers, load.queue)] as Action]),
  );
}

type Action = readonly [name: string, run: () => Promise<void>];

/** Runs all actions, one after the other, and returns the failures. */
async function failuresOf(...actions: Action[]): Promise<string[]> {
  const failures: string[] = [];
  for (const [name, run] of actions)
    await run().catch((error: unknown) => failures.push(`${name}: ${messageOf(error)}`));
  return failures;
}
