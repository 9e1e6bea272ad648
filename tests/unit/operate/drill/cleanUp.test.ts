import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { Brokers } from "../../../../operate/cluster/brokers";
import { cleanUp } from "../../../../operate/drill/cleanUp";
import type { DrillContext } from "../../../../operate/drill/context";
import { UndoStack } from "../../../../operate/drill/undoStack";

const READY: V1Pod = {
  metadata: { name: "mq-1" },
  status: { conditions: [{ type: "Ready", status: "True" }] },
};

/** Records the calls of everything that a clean-up touches. `failing` names the calls that fail. */
function fixture(failing: Record<string, string> = {}) {
  const calls: string[] = [];
  const call = async (name: string) => {
    calls.push(name);
    if (failing[name]) throw new Error(failing[name]);
    return "";
  };
  const undoStack = new UndoStack(() => undefined);
  undoStack.push("uncordon node-1", async () => void (await call("undo")));
  const brokers = {
    vhost: "celery",
    pods: async () => [READY],
    exec: async (_: unknown, ...command: string[]) => call(command.slice(-1).join(" ")),
  } as unknown as Brokers;
  const load = { queue: "drill-1", remove: async () => void (await call("load")) };
  const context = { brokers, load, undoStack } as unknown as DrillContext;
  const agents = { close: async () => void (await call("agents")) };
  const guard = { remove: async () => void (await call("guard")) };
  return { calls, run: (usePool = false) => cleanUp(context, { agents, guard }, { usePool }) };
}

describe("the clean-up of a drill", () => {
  it("undoes the fault first, then removes agents, pods, and queue, and last the guard", async () => {
    const { calls, run } = fixture();
    await run();
    assert.deepEqual(calls, ["undo", "agents", "load", "drill-1", "guard"]);
  });

  it("leaves the queue of the user's pool alone", async () => {
    const { calls, run } = fixture();
    await run(true);
    assert.deepEqual(calls, ["undo", "agents", "load", "guard"]);
  });

  it("continues past failures and names them all", async () => {
    const { calls, run } = fixture({ undo: "no answer", load: "forbidden" });
    await assert.rejects(run(), {
      message:
        "the drill could not undo everything:\n  uncordon node-1: no answer\n  remove the drill's pods: forbidden",
    });
    assert.deepEqual(calls, ["undo", "agents", "load", "drill-1", "guard"]);
  });

  it("accepts that the queue does not exist", async () => {
    const { run } = fixture({ "drill-1": "Error: queue not found" });
    await run();
  });
});
