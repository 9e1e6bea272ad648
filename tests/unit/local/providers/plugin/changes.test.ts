import assert from "node:assert/strict";
import { changesBetween, formatPath } from "../../../../../local/providers/plugin/changes";

describe("changes between values", () => {
  it("compares lists by position", () => {
    const paths = changesBetween({ a: [1, 2] }, { a: [1, 3, 4] }).map(
      ({ path, kind }) => `${kind} ${formatPath(path)}`,
    );
    assert.deepEqual(paths, ["update a[1]", "add a[2]"]);
  });
});
