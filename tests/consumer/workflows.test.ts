import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { REPOSITORY } from "../../local/paths";
import { ensureArtifact } from "../../local/toolchain/cache";
import { goArtifact, type GoProgram } from "../../local/toolchain/go";
import { workflowFiles } from "../unit/release/workflows";

const PROGRAM: GoProgram = {
  name: "actionlint",
  title: "actionlint",
  module: join(__dirname, "actionlint"),
  package: "github.com/rhysd/actionlint/cmd/actionlint",
  minutes: 1,
};

describe("workflows for GitHub Actions", () => {
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-workflows-"));
  const workflows = join(folder, ".github/workflows");
  let actionlint: string;
  const check = () => execa(actionlint, ["-no-color"], { cwd: folder });

  before(async function () {
    this.timeout(600_000);
    const report = (line: string) => console.log(`      ${line}`);
    actionlint = await ensureArtifact(goArtifact(PROGRAM, report), report);
    mkdirSync(join(folder, ".git"));
    // Examples call each other as if they were in this folder.
    for (const file of workflowFiles()) cpSync(join(REPOSITORY, file), join(workflows, basename(file)));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("pass actionlint, and their scripts shellcheck", () => check());

  it("a mistake would fail the test: a variable of a script without quotes", async () => {
    const file = join(workflows, "release.yml");
    writeFileSync(file, readFileSync(file, "utf8").replace('notes "$VERSION"', "notes $VERSION"));
    await assert.rejects(check(), /SC2086/);
  });
});
