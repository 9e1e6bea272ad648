import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { OLDEST_NODE, tooOld } from "../../../../operate/cli/nodeVersion";

describe("the version of Node", () => {
  it("is the package's own minimum", () => {
    const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as {
      engines: { node: string };
    };
    assert.equal(engines.node, `>=${OLDEST_NODE}`);
  });

  for (const version of ["22.19.0", "22.20.1", "24.9.0"])
    it(`${version} will do`, () => {
      assert.equal(tooOld(version), undefined);
    });

  for (const version of ["20.20.2", "22.18.9"])
    it(`${version} is too old, and the message says what to do`, () => {
      assert.match(
        tooOld(version) ?? "",
        new RegExp(`needs Node.js 22.19 or later, and this is ${version}.*nodejs.org`),
      );
    });
});
