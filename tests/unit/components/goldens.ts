import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { objectsOf, toYaml } from "../../../render/yaml";
import { type Registered, SUFFIX } from "./engine";

const FOLDER = join(__dirname, "..", "goldens");

/** Compares the Kubernetes objects, under the names that Pulumi would give them, with a file of tests/unit/goldens. */
export function assertGolden(name: string, resources: Registered[]): void {
  const title = ({ kind, metadata }: { kind: string; metadata: { name: string } }) =>
    `${kind} ${metadata.name}`;
  const objects = objectsOf(resources, (each) => `${each}-${SUFFIX}`);
  assertSame(name, toYaml(objects.sort((a, b) => (title(a) < title(b) ? -1 : 1))));
}

/** Compares a text with a file of tests/unit/goldens; `UPDATE_GOLDENS=1` writes it instead. */
export function assertSame(name: string, actual: string): void {
  const file = join(FOLDER, `${name}.yaml`);
  if (process.env.UPDATE_GOLDENS === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
  }
  assert.ok(
    existsSync(file),
    `${file} does not exist. Run the tests with UPDATE_GOLDENS=1 and read what it writes.`,
  );
  assert.equal(
    actual,
    readFileSync(file, "utf8"),
    `${name}.yaml differs. If that is meant, run with UPDATE_GOLDENS=1.`,
  );
}
