import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pages } from "../../reference/pages";

describe("the pages of docs/ that are made of the code", () => {
  it("are as `npm run docs` writes them", async function () {
    this.timeout(120_000);
    for (const { path, text } of await pages())
      assert.equal(readFileSync(path, "utf8"), text, `${path} is stale. Run: npm run docs`);
  });
});
