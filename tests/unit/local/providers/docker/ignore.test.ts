import assert from "node:assert/strict";
import { IgnoreRules } from "../../../../../local/providers/docker/ignore";

describe("docker stand-in: .dockerignore", () => {
  const rules = new IgnoreRules(
    "# comment\n*.log\n**/__pycache__\nsecret?.txt\n/build/\n!build/keep.txt\ndocs/**/*.md\n[ab].c\n",
  );
  for (const [path, excluded] of [
    ["a.log", true],
    ["sub/a.log", false],
    ["__pycache__", true],
    ["x/y/__pycache__/z.pyc", true],
    ["secret1.txt", true],
    ["secret12.txt", false],
    ["build/out.bin", true],
    ["build/keep.txt", false],
    ["docs/a.md", true],
    ["docs/x/a.md", true],
    ["a.c", true],
    ["c.c", false],
    ["a.logs", false],
  ] as const) {
    it(`${excluded ? "leaves out" : "keeps"} ${path}`, () => assert.equal(rules.excludes(path), excluded));
  }
});
