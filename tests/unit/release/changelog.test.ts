import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { changelogProblems, KINDS, notes, released, sections, UNRELEASED } from "../../../release/changelog";
import { ROOT } from "../../../release/repository";
import { currentVersion } from "../../../release/version";

const TEXT = `# Changelog

## Unreleased

### Added

- Something.

## 1.0.0 - 2026-12-01

### Fixed

- A mistake.
`;

describe("the change log", () => {
  const real = readFileSync(join(ROOT, "CHANGELOG.md"), "utf8");

  it("of this repository begins with the unreleased changes, in the sections of Keep a Changelog", () => {
    const [top, newest] = sections(real);
    assert.equal(top?.version, UNRELEASED);
    const kinds = [...(top?.body ?? "").matchAll(/^### (.+)$/gm)].map(([, kind = ""]) => kind);
    assert.deepEqual(
      kinds,
      KINDS.filter((kind) => kinds.includes(kind)),
    );
    assert.equal(newest?.version, currentVersion());
  });

  it("refuses a heading that is no version", () => {
    assert.throws(() => sections("## Soon, perhaps\n"), /heading "## Soon, perhaps"/);
  });

  it("gets a section with the date of the release, and a new one for what comes next", () => {
    const text = released(TEXT, "1.1.0", "2027-01-31");
    assert.deepEqual(
      sections(text).map(({ version, date }) => [version, date]),
      [
        ["Unreleased", undefined],
        ["1.1.0", "2027-01-31"],
        ["1.0.0", "2026-12-01"],
      ],
    );
    assert.equal(notes(text, "1.1.0"), "### Added\n\n- Something.");
    assert.deepEqual(changelogProblems(text, "1.1.0"), []);
  });

  it("releases a version once, and only with changes", () => {
    assert.throws(() => released(TEXT, "1.0.0", "2027-01-31"), /section "## 1\.0\.0" already/);
    assert.throws(() => released(released(TEXT, "1.1.0", "2027-01-31"), "1.2.0", "2027-02-01"), /no changes/);
  });

  it("is not complete with changes that no version names, or without a date", () => {
    assert.match(
      changelogProblems(TEXT, "1.0.0").join("\n"),
      /^CHANGELOG.md has changes below "## Unreleased"/,
    );
    assert.deepEqual(changelogProblems("## 1.0.0 (unreleased)\n", "1.0.0"), [
      'CHANGELOG.md has no date in "## 1.0.0".',
    ]);
    assert.deepEqual(changelogProblems("## 1.0.0 - 2026-12-01\n", "1.1.0"), [
      "CHANGELOG.md begins with version 1.0.0, but package.json has 1.1.0.",
    ]);
  });
});
