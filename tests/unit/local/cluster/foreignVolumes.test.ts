import assert from "node:assert/strict";
import { foreignVolumes } from "../../../../local/cluster/foreignVolumes";

describe("volumes of a local cluster", () => {
  it("are its own if they have its id", () => {
    assert.deepEqual(foreignVolumes([], undefined), []);
    assert.deepEqual(foreignVolumes(["ha-celery-lab-node-1 a1", "ha-celery-lab-node-2 a1"], "a1"), []);
  });

  it("are foreign with another id, without an id, and if no layout is stored", () => {
    const listed = ["ha-celery-lab-node-1 a1", "ha-celery-lab-node-2 b2", "ha-celery-lab-node-3 "];
    assert.deepEqual(foreignVolumes(listed, "a1"), ["ha-celery-lab-node-2", "ha-celery-lab-node-3"]);
    assert.equal(foreignVolumes(listed, undefined).length, 3);
  });
});
