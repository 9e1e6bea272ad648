import assert from "node:assert/strict";
import { FIELD_MANAGER, releasePatch } from "../../../../../operate/drill/guard/ownership";

describe("the ownership of what a drill has changed", () => {
  it("is given up, without that of others", () => {
    const managedFields = ["pulumi", FIELD_MANAGER, "kubelet", FIELD_MANAGER].map((manager) => ({ manager }));
    assert.deepEqual(releasePatch({ managedFields }), [
      { op: "test", path: "/metadata/managedFields/3/manager", value: FIELD_MANAGER },
      { op: "remove", path: "/metadata/managedFields/3" },
      { op: "test", path: "/metadata/managedFields/1/manager", value: FIELD_MANAGER },
      { op: "remove", path: "/metadata/managedFields/1" },
    ]);
    assert.deepEqual(releasePatch({}), []);
  });
});
