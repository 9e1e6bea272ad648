import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { colorsFor, isColored } from "../../../operate/colors";

const run = promisify(execFile);
const ESCAPE = "\u001b";

/** Runs TypeScript with its output in a pipe, and returns what it printed. */
async function printed(program: string, variables: Record<string, string>): Promise<string> {
  const env = { PATH: process.env.PATH, TERM: "xterm-256color", ...variables };
  const { stdout } = await run(process.execPath, ["--import=tsx", "--eval", program], { env });
  return stdout;
}

describe("colors", () => {
  const terminal = { isTTY: true };
  const pipe = {};
  for (const [what, output, environment, expected] of [
    ["a terminal", terminal, {}, true],
    ["a terminal with NO_COLOR", terminal, { NO_COLOR: "1" }, false],
    ["a terminal with an empty NO_COLOR", terminal, { NO_COLOR: "" }, true],
    ["a dumb terminal", terminal, { TERM: "dumb" }, false],
    ["a terminal with FORCE_COLOR=0", terminal, { FORCE_COLOR: "0" }, false],
    ["a pipe", pipe, {}, false],
    ["a pipe in CI", pipe, { CI: "1" }, false],
    ["a pipe with FORCE_COLOR", pipe, { FORCE_COLOR: "1" }, true],
    ["a pipe with FORCE_COLOR and NO_COLOR", pipe, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ] as const)
    it(`are ${expected ? "" : "not "}written to ${what}`, () => {
      assert.equal(isColored(output, environment), expected);
      assert.equal(colorsFor(output, environment).red("x").includes(ESCAPE), expected);
    });

  const TABLE = `
    const { newTable } = require("./operate/table");
    const table = newTable({ head: ["node"] });
    table.push(["ready"]);
    console.log(table.toString());
  `;
  it("are not part of a table, whose head and border cli-table3 colors in a pipe", async () => {
    const text = await printed(TABLE, {});
    assert.match(text, /node/);
    assert.ok(!text.includes(ESCAPE), JSON.stringify(text));
  });

  const STEPS = `
    import("./local/noColor.ts").then(() => import("listr2")).then(({ Listr }) =>
      new Listr([{ title: "Docker", task: () => undefined }]).run());
  `;
  it("are not part of the local target's steps in a pipe on a CI service", async () => {
    const text = await printed(STEPS, { CI: "1", GITHUB_ACTIONS: "true" });
    assert.match(text, /Docker/);
    assert.ok(!text.includes(ESCAPE), JSON.stringify(text));
  });
});
