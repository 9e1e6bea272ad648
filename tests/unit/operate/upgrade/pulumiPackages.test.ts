import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownPackage } from "../../../../operate/ownPackage";
import { readPulumiPackages } from "../../../../operate/upgrade/pulumiPackages";

describe("Pulumi packages of an upgrade check", () => {
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-"));
  const write = (file: string, text: string) => {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  before(() => {
    write("program/Pulumi.yaml", "name: shop");
    write("program/package.json", "{}");
    // As in a workspace, which installs in its own folder.
    write("node_modules/@pulumi/kubernetes/package.json", `{"version":"4.35.1"}`);
    write("program/node_modules/@pulumi/random/package.json", `{"version":"3.9.0"}`);
    write("program/node_modules/@pulumi/aws/package.json", `{"version":"7.0.0"}`);
    write("program/src/index.ts", "");
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const inside of ["program", "program/src"])
    it(`are those that the program has installed, from ${inside}`, () => {
      const ranges = ownPackage()?.peerDependencies;
      assert.deepEqual(readPulumiPackages(join(folder, inside)), [
        { name: "@pulumi/kubernetes", version: "4.35.1", range: ranges?.["@pulumi/kubernetes"] },
        { name: "@pulumi/random", version: "3.9.0", range: ranges?.["@pulumi/random"] },
      ]);
    });

  it("are none outside of a program", () => {
    assert.deepEqual(readPulumiPackages(folder), []);
  });
});
