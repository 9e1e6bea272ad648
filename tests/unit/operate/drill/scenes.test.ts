import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SCENES } from "../../../../operate/drill/scenes";
import { describeLimits } from "../../../../operate/drill/verdict/limits";
import { REPOSITORY } from "../../../../local/paths";

const PAGE = join(REPOSITORY, "docs", "reference", "scenes.md");
const TABLE = /(<!-- scenes -->\n)[^]*?(<!-- end of scenes -->)/;

const table = (): string =>
  [
    "\n| scene | what happens | undone after | limits besides lost 0 |",
    "| --- | --- | --- | --- |",
    ...SCENES.map(
      ({ name, summary, holdSeconds, limits }) =>
        `| \`${name}\` | ${summary} | ${holdSeconds} s | ${describeLimits(limits)
          .map((each) => each.replace(/ \(--[\w-]+\)/, ""))
          .join(", ")} |`,
    ),
    "\n",
  ].join("\n");

const cellsOf = (text: string) =>
  text.split("\n").map((line) => line.split("|").map((cell) => cell.trim().replace(/^-+$/, "-")));

describe("the scenes", () => {
  it("are those of docs/reference/scenes.md", () => {
    const page = readFileSync(PAGE, "utf8");
    const found = TABLE.exec(page);
    assert.ok(found, "docs/reference/scenes.md has no table of scenes");
    if (process.env.UPDATE_GOLDENS) return writeFileSync(PAGE, page.replace(TABLE, `$1${table()}$2`));
    const rows = (text: string) => cellsOf(text).filter((cells) => cells.length > 2);
    assert.deepEqual(rows(found[0]), rows(table()), "UPDATE_GOLDENS=1 writes it");
  });

  it("have names that can be typed and summaries of one line", () => {
    for (const { name, summary, holdSeconds } of SCENES) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      assert.match(summary, /^[^\n.]{10,120}$/);
      assert.ok(holdSeconds >= 0);
    }
    assert.equal(new Set(SCENES.map(({ name }) => name)).size, SCENES.length);
  });

  it("are destructive if they switch off a machine or delete a volume", () => {
    for (const { name, destructive, needsPower } of SCENES)
      if (needsPower || /volume/.test(name)) assert.ok(destructive, name);
  });
});
