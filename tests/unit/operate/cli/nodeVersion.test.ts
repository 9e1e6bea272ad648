import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { OLDEST_NODE, unsupportedNode } from "../../../../operate/cli/nodeVersion";

describe("the version of Node.js", () => {
  it("is the minimum that package.json declares", () => {
    const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as {
      engines: { node: string };
    };
    assert.equal(engines.node, `>=${OLDEST_NODE}`);
  });

  for (const version of ["22.19.0", "22.20.1", "24.9.0"])
    it(`${version} is supported`, () => {
      assert.equal(unsupportedNode(version), undefined);
    });

  for (const version of ["20.20.2", "22.18.9"])
    it(`${version} is too old, and the message says how to fix it`, () => {
      assert.match(
        unsupportedNode(version) ?? "",
        new RegExp(`requires Node.js 22.19 or later, but this is ${version}.*nodejs.org`),
      );
    });
});
