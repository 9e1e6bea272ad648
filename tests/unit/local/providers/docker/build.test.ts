import assert from "node:assert/strict";
import { lastStep } from "../../../../../local/providers/docker/build";

it("docker stand-in: a failed build shows its last step", () => {
  const lines = [
    "DEPRECATED: The legacy builder is deprecated",
    "Step 1/2 : FROM x",
    " ---> 1",
    "Step 2/2 : RUN false",
    "boom",
    "returned a non-zero code: 1",
  ];
  assert.equal(lastStep(lines), "  Step 2/2 : RUN false\n  boom\n  returned a non-zero code: 1");
});
