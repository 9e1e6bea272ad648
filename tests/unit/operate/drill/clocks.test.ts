import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { describeWrongClock, findWrongClocks } from "../../../../operate/drill/clocks";
import type { ContainerReference } from "../../../../operate/cluster/cluster";
import { fakeCluster } from "../fakeCluster";

const pod = (name: string, nodeName: string): V1Pod => ({
  metadata: { name, namespace: "shop" },
  spec: { nodeName, containers: [{ name: "worker" }] },
});

/** A cluster whose machines have these clocks, in seconds ahead of this computer's, by pod. */
const clusterWith = (ahead: Readonly<Record<string, number>>) =>
  fakeCluster(
    {},
    {
      exec: async ({ pod: name }: ContainerReference) => {
        const seconds = ahead[name];
        if (seconds === undefined) throw new Error("no python");
        return `${Date.now() / 1000 + seconds}\n`;
      },
    },
  );

describe("the clocks of a drill's machines", () => {
  it("are named if they differ by more than a second, once for each machine", async () => {
    const cluster = clusterWith({ a: 600, b: 600, c: -30, d: 0.5 });
    const found = await findWrongClocks(cluster, [
      pod("a", "node-1"),
      pod("b", "node-1"),
      pod("c", "node-2"),
      pod("d", "node-3"),
    ]);
    assert.deepEqual(found.map(describeWrongClock), [
      "the clock of node-1 is 600 s ahead of this computer's, which makes the figures wrong by as much",
      "the clock of node-2 is 30 s behind this computer's, which makes the figures wrong by as much",
    ]);
  });

  it("do not stop a drill if they cannot be read", async () => {
    assert.deepEqual(await findWrongClocks(clusterWith({}), [pod("a", "node-1")]), []);
  });
});
