import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pages } from "../../reference/pages";

describe("the generated pages of docs/", () => {
  it("are up to date", async function () {
    this.timeout(120_000);
    for (const { path, text } of await pages())
      assert.equal(readFileSync(path, "utf8"), text, `${path} is stale. Run: npm run docs`);
  });
});
