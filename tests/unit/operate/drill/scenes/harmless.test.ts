import assert from "node:assert/strict";
import type { Drill } from "../../../../../operate/drill/scenes/scene";
import { HarmlessFault } from "../../../../../operate/drill/scenes/shared/harmless";

const CONNECTED = "2026-11-29 02:36:40.1+00:00 [info] <0.1.0> connection 10.0.0.8:36034 -> 10.0.0.2:5672";
const QUIET = [
  `${CONNECTED} has a client-provided name: shop@mail-7b9-x1`,
  "[notice] <0.2.0> queue 'other' in vhost '/': candidate -> leader in term: 3 machine version: 8",
  "[warning] <0.3.0> ** Node 'rabbit@mq-1': net tick 4/4 missed (1 consecutive, 3 until timeout) **",
];

/** Returns the reasons to fail and the notes of a drill during which a broker logs these lines. */
async function checked(...lines: string[]) {
  const notes: Record<string, string | number> = {};
  const drill = {
    brokers: { namespace: "shop", pods: async () => [{ metadata: { name: "mq-0" } }] },
    cluster: { core: { readNamespacedPodLog: async () => [...QUIET, ...lines].join("\n") } },
    load: { queue: "drill", workersName: "stall-1-worker", publisherName: "stall-1-publisher" },
    wait: async () => undefined,
    note: (name: string, value: string | number) => void (notes[name] = value),
  } as unknown as Drill;
  const fault = new HarmlessFault();
  assert.throws(() => fault.check(drill), /the scene has not run/);
  await fault.run(drill, async () => undefined);
  return { reasons: fault.check(drill), notes };
}

describe("a fault that must be harmless", () => {
  it("is, if other clients connect and other queues elect leaders", async () => {
    assert.deepEqual((await checked()).reasons, []);
  });

  it("is not, if a broker was taken for lost, a leader elected, or a connection cut", async () => {
    const { reasons, notes } = await checked(
      "[info] <0.4.0> rabbit on node 'rabbit@mq-1' down",
      "[notice] <0.5.0> queue 'drill' in vhost '/': candidate -> leader in term: 2 machine version: 8",
      `${CONNECTED} has a client-provided name: drill@stall-1-worker-7b9-x1`,
      `${CONNECTED} has a client-provided name: drill@stall-1-publisher-x2`,
    );
    assert.equal(reasons.length, 3);
    assert.deepEqual(Object.values(notes), [1, 1, 2]);
  });
});
