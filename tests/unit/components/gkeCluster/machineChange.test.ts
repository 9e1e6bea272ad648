import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { machineChangeProblems, rejectMachineChange } from "../../../../components/gkeCluster/machineChange";
import { run } from "../engine";

const PROBLEM =
  "machineType changed e2-standard-4 -> n4-standard-4, which cannot attach the disks of the volumes, so every broker would stop. Set it back, and create a second cluster: docs/how-to/gke.md#machines-and-disks. If no pod has a volume, set deletionProtection to false for this update.";

describe("a change of machines", () => {
  it("is refused if the new ones attach no disk of the former", () => {
    assert.deepEqual(machineChangeProblems("e2-standard-4", "n4-standard-4"), [PROBLEM]);
    assert.equal(machineChangeProblems("c4-standard-8", "n2-standard-8").length, 1);
  });

  it("is allowed if they have a type in common, or are not known", () => {
    for (const [old, next] of [
      ["e2-standard-4", "n2-standard-8"],
      ["e2-standard-4", "c3-standard-4"],
      ["n4-standard-4", "c4-standard-8"],
      ["c3-standard-4", "n4-standard-4"],
      [undefined, "n4-standard-4"],
      ["e2-standard-4", undefined],
    ])
      assert.deepEqual(machineChangeProblems(old, next), []);
  });

  it("fails in a preview already", async () => {
    const { result } = await run(() => rejectMachineChange("infra"));
    const [hook] = result.beforeUpdate ?? [];
    assert.ok(pulumi.ResourceHook.isInstance(hook));
    assert.equal(hook.opts?.onDryRun, true);
    const pool = (machineType: string) => ({ nodeConfig: { machineType } });
    const update = (old: string, next: string) => async () =>
      hook.callback({
        urn: "urn",
        id: "id",
        name: "infra-nodes",
        type: "gcp:container/nodePool:NodePool",
        oldInputs: pool(old),
        newInputs: pool(next),
      });
    await assert.rejects(update("e2-standard-4", "n4-standard-4"), {
      message: `GkeCluster "infra": ${PROBLEM}`,
    });
    await update("e2-standard-4", "e2-standard-8")();
  });
});
