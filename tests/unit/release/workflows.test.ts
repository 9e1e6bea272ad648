import assert from "node:assert/strict";
import { problemsOf, stepsOf, textOf, workflowFiles, workflowOf } from "./workflows";

const RELEASE = ".github/workflows/release.yml";

describe("workflows for GitHub Actions", () => {
  for (const file of workflowFiles()) {
    it(`${file} is accepted by GitHub's parser`, async () =>
      assert.deepEqual(await problemsOf(file, textOf(file)), []));

    it(`${file} names every action by commit, and the version in a comment`, () => {
      const lines = textOf(file).match(/^.*\buses: .*$/gm) ?? [];
      for (const line of lines.filter((each) => !each.includes("uses: ./")))
        assert.match(line, /uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, line);
    });

    it(`${file} has a time limit for every job, and only the rights that it names`, () => {
      const workflow = workflowOf(file);
      assert.ok(workflow.permissions, "permissions of the workflow");
      for (const [name, job] of Object.entries(workflow.jobs))
        assert.ok(job.uses !== undefined || job["timeout-minutes"], name);
    });

    it(`${file} passes values to scripts as variables, because an expression in a script would be code`, () => {
      for (const { run = "" } of stepsOf(workflowOf(file))) assert.doesNotMatch(run, /\$\{\{/);
    });
  }

  const mistakes: [string, (text: string) => string, RegExp][] = [
    ["a key that does not exist", (text) => text.replace("runs-on:", "run-on:"), /run-on/],
    [
      "a right that does not exist",
      (text) => text.replace("id-token: write", "id-tokens: write"),
      /id-tokens/,
    ],
    ["an output of no job", (text) => text.replace("needs: check\n", "needs: checked\n"), /checked/],
  ];
  for (const [what, change, expected] of mistakes)
    it(`a mistake would fail the test: ${what}`, async () => {
      const problems = await problemsOf(RELEASE, change(textOf(RELEASE)));
      assert.match(problems.join("\n"), expected);
    });
});

describe("the release workflow", () => {
  const { jobs } = workflowOf(RELEASE);

  it("publishes nothing unless the check and all tests succeeded", () => {
    const publishes = Object.entries(jobs).filter(([, { permissions = {} }]) =>
      Object.entries(permissions).some(([scope, right]) => scope === "packages" && right === "write"),
    );
    assert.deepEqual(
      publishes.map(([name]) => name),
      ["images"],
    );
    for (const name of ["images", "npm", "pypi"]) {
      const needs = [jobs[name]?.needs ?? []].flat();
      for (const other of ["test", "pack"]) assert.ok(needs.includes(other), `${name} needs ${other}`);
    }
    for (const name of ["test", "pack"]) assert.equal(jobs[name]?.needs, "check");
  });

  it("has no secret: npm, PyPI, and GHCR trust the workflow", () => {
    assert.doesNotMatch(textOf(RELEASE), /secrets\./);
    for (const name of ["npm", "pypi"]) {
      assert.equal(jobs[name]?.environment?.name, name);
      assert.equal(jobs[name]?.permissions?.["id-token"], "write");
    }
  });

  it("publishes what the job pack has built and checked", () => {
    for (const name of ["npm", "pypi", "release"]) {
      const steps = jobs[name]?.steps ?? [];
      assert.ok(steps.some(({ uses = "" }) => uses.startsWith("actions/download-artifact@")));
      assert.ok(!steps.some(({ uses = "" }) => uses.startsWith("actions/checkout@")), name);
    }
  });
});
