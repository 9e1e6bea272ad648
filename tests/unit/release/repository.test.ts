import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { releaseProblems } from "../../../release/check";
import { released } from "../../../release/changelog";
import { ownerOf, ownersIn, ROOT, trackedFiles, withOwner } from "../../../release/repository";
import {
  currentVersion,
  isPrerelease,
  isVersion,
  places,
  pythonVersion,
  versionProblems,
  writeVersion,
} from "../../../release/version";

describe("the owner of the repository", () => {
  it("is the same in every address, so that one command names it", () => {
    const owners = trackedFiles().flatMap((file) => ownersIn(readFileSync(join(ROOT, file), "utf8")));
    assert.ok(owners.length > 10, `${owners.length}`);
    assert.deepEqual([...new Set(owners.map((owner) => owner.toLowerCase()))], [ownerOf().toLowerCase()]);
  });

  it("replaces the former one in addresses of the repository, and its images, and nowhere else", () => {
    const before =
      "https://github.com/OWNER/ha-celery.git ghcr.io/OWNER/ha-celery/worker --repo OWNER/ha-celery github.com/OWNER/ha-celery-x github.com/pulumi/pulumi";
    assert.equal(
      withOwner(before, "Acme"),
      "https://github.com/Acme/ha-celery.git ghcr.io/acme/ha-celery/worker --repo Acme/ha-celery github.com/OWNER/ha-celery-x github.com/pulumi/pulumi",
    );
    assert.equal(withOwner(withOwner(before, "Acme"), "OWNER"), before);
  });
});

describe("the version", () => {
  it("is the same everywhere", () => assert.deepEqual(versionProblems(), []));

  it("is SemVer, with prereleases that Python can express", () => {
    for (const version of ["0.1.0", "10.20.30", "1.0.0-rc.1"]) assert.ok(isVersion(version), version);
    for (const text of ["1.0", "v1.0.0", "1.0.0-next", "01.0.0", "1.0.0+5"])
      assert.ok(!isVersion(text), text);
    assert.deepEqual(["1.2.0", "1.2.0-rc.1", "1.2.0-beta.10"].map(pythonVersion), [
      "1.2.0",
      "1.2.0rc1",
      "1.2.0b10",
    ]);
    assert.deepEqual(["1.2.0", "1.2.0-rc.1"].map(isPrerelease), [false, true]);
  });

  describe("of a release", () => {
    const root = mkdtempSync(join(tmpdir(), "ha-celery-release-"));
    const next = "7.8.9-rc.1";
    before(() => {
      for (const { file } of [...places(), { file: "CHANGELOG.md" }])
        cpSync(join(ROOT, file), join(root, file), { recursive: true });
    });
    after(() => rmSync(root, { recursive: true }));

    it("is written to every file, and to nothing else in it", () => {
      const former = currentVersion();
      const read = (folder: string) =>
        places(root).map(({ file }) => readFileSync(join(folder, file), "utf8"));
      writeVersion(next, root);
      assert.deepEqual(versionProblems(root), []);
      const undone = read(root).map((text) =>
        text.replaceAll(next, former).replaceAll(pythonVersion(next), former),
      );
      assert.deepEqual(undone, read(ROOT));
    });

    it("reports each file with another one", () => {
      cpSync(join(ROOT, "policy/package.json"), join(root, "policy/package.json"));
      assert.deepEqual(versionProblems(root), [
        `policy/package.json has version ${currentVersion()}, but package.json has ${next}.`,
      ]);
      writeVersion(next, root);
    });

    it("is refused without a date, with another tag, without an owner, and from another repository", () => {
      const problems = releaseProblems({ tag: "v1.0.0", repository: "acme/ha-celery" }, root).join("\n");
      assert.match(problems, /changes below "## Unreleased"/);
      assert.match(problems, /npm run release -- prepare VERSION/);
      assert.match(problems, /The tag is v1\.0\.0, but package\.json has 7\.8\.9-rc\.1/);
      assert.match(problems, /names the owner OWNER/);
      assert.match(problems, /runs in acme\/ha-celery, but package\.json names OWNER\/ha-celery/);
    });

    it("is accepted when all of this agrees", () => {
      const changelog = join(root, "CHANGELOG.md");
      writeFileSync(changelog, released(readFileSync(changelog, "utf8"), next, "2027-01-31"));
      const manifest = join(root, "package.json");
      writeFileSync(manifest, withOwner(readFileSync(manifest, "utf8"), "acme"));
      assert.deepEqual(releaseProblems({ tag: `v${next}`, repository: "acme/ha-celery" }, root), []);
    });
  });
});
