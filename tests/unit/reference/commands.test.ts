import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { EXIT } from "../../../operate/cli/exitCodes";
import { commandsPage } from "../../../reference/commands";

describe("docs/reference/commands.md", () => {
  it("has the options that the commands print as their help", () => {
    assert.equal(
      readFileSync("docs/reference/commands.md", "utf8"),
      commandsPage(),
      "it is stale. Run: npm run docs",
    );
  });

  it("has every exit code", () => {
    assert.deepEqual(EXIT, { done: 0, failed: 1, usage: 2 });
    for (const code of Object.values(EXIT))
      assert.match(commandsPage(), new RegExp(`^\\| \`${code}\` \\| \\w`, "m"));
  });
});
