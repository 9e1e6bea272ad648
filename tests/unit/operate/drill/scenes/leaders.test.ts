import assert from "node:assert/strict";
import type { Drill } from "../../../../../operate/drill/scenes/scene";
import { untilLeadersAreBalanced } from "../../../../../operate/drill/scenes/shared/leaders";

/** Returns the events of a wait. Each element of `leaders` is the answer to one request. */
async function eventsOf(leaders: string[][], plugin: string, replicas = 3): Promise<string[]> {
  const events: string[] = [];
  const drill = {
    brokers: {
      replicas,
      queues: async () => (leaders.shift() ?? []).map((leader) => ({ leader })),
      exec: async () => `${plugin}\n`,
    },
    event: (text: string) => void events.push(text),
    async until(_what: string, _timeoutSeconds: number, done: () => Promise<boolean>) {
      while (!(await done())) events.push("unbalanced");
    },
  } as unknown as Drill;
  await untilLeadersAreBalanced(drill);
  return events;
}

describe("the wait for balanced leaders", () => {
  it("lasts as long as one broker leads more than half of the queues and one more", async () => {
    const leaders = [
      ["a", "a", "a", "b"],
      ["a", "a", "a", "a"],
      ["a", "a", "a", "b"],
    ];
    assert.deepEqual(await eventsOf(leaders, "<0.812.0>"), [
      "one broker leads 3 of 4 queues",
      "unbalanced",
      "leaders are balanced",
    ]);
  });

  it("does not begin with the official image, or with a single broker", async () => {
    const led = ["one broker leads 3 of 3 queues", "nothing balances leaders"];
    assert.deepEqual(await eventsOf([["a", "a", "a"]], "undefined"), led);
    assert.deepEqual(await eventsOf([["a", "a", "a"]], "<0.812.0>", 1), led);
  });
});
