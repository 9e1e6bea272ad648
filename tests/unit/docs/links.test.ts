import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { REPOSITORY } from "../../../local/paths";

const LINK = /\]\((?!https?:|mailto:)([^)\s]+)\)/g;
const CODE = /^ *```[^]*?^ *```|`[^`\n]*`/gm;

describe("the documentation", () => {
  it("has links only to files and headings that exist", () => {
    const pages = execFileSync("git", ["ls-files", "*.md", ":!tests"], {
      cwd: REPOSITORY,
      encoding: "utf8",
    }).trim();
    assert.deepEqual(pages.split("\n").flatMap(deadLinks), []);
  });
});

/** Links of a page that lead nowhere, with the page. */
function deadLinks(page: string): string[] {
  const text = readFileSync(join(REPOSITORY, page), "utf8").replace(CODE, "");
  return [...text.matchAll(LINK)].flatMap(([, link = ""]) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    return leads(target, anchor) ? [] : [`${page}: ${link}`];
  });
}

function leads(target: string, anchor: string | undefined): boolean {
  const file = join(REPOSITORY, target);
  if (!existsSync(file)) return false;
  return anchor === undefined || !target.endsWith(".md") || anchorsOf(readFileSync(file, "utf8")).has(anchor);
}

/** Anchors as GitHub makes them: of headings, and those that are written as HTML. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = ""]) => id));
  for (const [, heading = ""] of text.replace(/^```[^]*?^```/gm, "").matchAll(/^#{1,6} +(.+)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\p{Mark} _-]/gu, "")
      .replaceAll(" ", "-");
    let unique = slug;
    for (let copy = 1; anchors.has(unique); copy++) unique = `${slug}-${copy}`;
    anchors.add(unique);
  }
  return anchors;
}
