import assert from "node:assert/strict";
import { ownPackage } from "../../../operate/ownPackage";

describe("ha-celery's own package.json", () => {
  it("is found", () => {
    assert.match(ownPackage()?.version ?? "", /^\d+\.\d+\.\d+/);
    assert.match(ownPackage()?.peerDependencies["@pulumi/kubernetes"] ?? "", /^\^\d/);
  });

  it("is not that of another package", () => {
    assert.equal(ownPackage("/"), undefined);
  });
});
