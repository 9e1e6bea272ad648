import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { V1Pod } from "@kubernetes/client-node";
import { stallProcesses } from "../../../../../operate/drill/agents/processes";
import type { Nodes, PodChange } from "../../../../../operate/cluster/nodes";

describe("a stall of a container", () => {
  it("fails if it stops no process, so that no drill passes without a fault", async () => {
    const nodes = {
      change: async (_: V1Pod, { apply }: PodChange) =>
        execFileSync("sh", ["-c", apply], { stdio: "pipe" }).toString(),
    } as unknown as Nodes;
    await assert.rejects(
      stallProcesses(nodes, { metadata: { name: "mq-0", uid: "1" } }, "containerd://gone", 60),
      /no process of container containerd:\/\/gone runs/,
    );
  });
});
