import assert from "node:assert/strict";
import { DeadlinePower } from "../../../../operate/drill/deadlinePower";

/** Machines that record what happens to them. */
function fixture() {
  const calls: string[] = [];
  let timers = 0;
  const power = new DeadlinePower(
    {
      off: async (node) => void calls.push(`off ${node}`),
      on: async (node) => void calls.push(`on ${node}`),
      onLater: (node, seconds) => {
        const timer = ++timers;
        calls.push(`timer ${timer}: on ${node} in ${seconds} s`);
        return () => calls.push(`cancel timer ${timer}`);
      },
    },
    120,
  );
  return { power, calls };
}

describe("a machine that a drill switches off", () => {
  it("is switched on after the deadline, which begins again once the machine is off", async () => {
    const { power, calls } = fixture();
    await power.off("one");
    assert.deepEqual(calls, [
      "timer 1: on one in 120 s",
      "off one",
      "cancel timer 1",
      "timer 2: on one in 120 s",
    ]);
  });

  it("needs no deadline any more when it is on again", async () => {
    const { power, calls } = fixture();
    await power.off("one");
    await power.off("two");
    await power.on("one");
    assert.deepEqual(calls.slice(-2), ["on one", "cancel timer 2"]);
  });
});
