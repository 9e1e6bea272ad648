import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { passwordHash } from "../../../components/rabbitMqCluster/definitions";
import { assertSame } from "./goldens";
import { CLASSES, COMPONENTS, librarySchema, manifest } from "./schema";

interface Manifest extends Record<"name" | "version" | "description" | "license", string> {
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

describe("the library", () => {
  it("creates nothing when it is imported", () => {
    // Without an engine, the first resource would end the program.
    execFileSync(process.execPath, ["--import=tsx", "--eval", "require('./components')"], {
      cwd: dirname(COMPONENTS),
    });
  });

  it("shows every component and argument to other languages, with a description", function () {
    this.timeout(300_000);
    const { resources, types } = librarySchema();
    assert.deepEqual(
      Object.keys(resources).sort(),
      CLASSES.map((name) => `ha-celery:index:${name}`),
    );
    for (const [token, { properties, ...rest }] of Object.entries({ ...types, ...resources })) {
      const all = { ...properties, ...("inputProperties" in rest ? rest.inputProperties : {}) };
      for (const [name, { description }] of Object.entries(all)) {
        assert.ok(description, `${token}.${name} has no description`);
        assert.ok(!description.includes("[object"), `${token}.${name}: the analyzer cannot read {@link}`);
      }
    }
  });

  it("has the schema that it had", function () {
    this.timeout(300_000);
    // A new version is no change of the surface.
    assertSame("schema", stringify({ ...librarySchema(), version: undefined }, { sortMapEntries: true }));
  });
});

describe("components/ as a Pulumi plugin", () => {
  it("is what the npm package is", () => {
    const root = JSON.parse(readFileSync(join(COMPONENTS, "../package.json"), "utf8")) as Manifest;
    const plugin = manifest();
    for (const field of ["name", "version", "description", "license"] as const)
      assert.equal(plugin[field], root[field], field);
    const peers = Object.keys(root.peerDependencies);
    assert.deepEqual(Object.keys(plugin.dependencies), [...peers, "@types/node", "typescript"].sort());
    for (const [name, version] of Object.entries(plugin.dependencies))
      assert.equal(version, root.devDependencies[name], name);
    assert.equal(readFileSync(join(COMPONENTS, "PulumiPlugin.yaml"), "utf8"), "runtime: nodejs\n");
  });
});

describe("a RabbitMQ password hash", () => {
  it("is a salt of four bytes and the SHA-256 of salt and password", () => {
    const hash = Buffer.from(passwordHash("celery", "pass"), "base64");
    const salt = hash.subarray(0, 4);
    assert.deepEqual(
      hash.subarray(4),
      createHash("sha256")
        .update(Buffer.concat([salt, Buffer.from("pass")]))
        .digest(),
    );
  });

  it("is the same for the same password, with another salt for another user", () => {
    assert.equal(passwordHash("a", "pass"), passwordHash("a", "pass"));
    assert.notEqual(passwordHash("a", "pass"), passwordHash("b", "pass"));
  });
});
