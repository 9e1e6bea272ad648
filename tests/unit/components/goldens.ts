import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { Registered, SUFFIX } from "./engine";

const FOLDER = join(__dirname, "..", "goldens");

interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name?: string };
}

/** The Kubernetes objects as YAML, with the names that Pulumi would give them. */
export function render(resources: Registered[]): string {
  return resources
    .filter((each) => each.custom && each.type.startsWith("kubernetes:"))
    .map((each) => {
      const { apiVersion, kind, metadata, ...rest } = each.inputs as unknown as KubernetesObject;
      return { apiVersion, kind, metadata: { name: `${each.name}-${SUFFIX}`, ...metadata }, ...rest };
    })
    .sort((a, b) => (`${a.kind} ${a.metadata.name}` < `${b.kind} ${b.metadata.name}` ? -1 : 1))
    .map((object) => stringify(object, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false }))
    .join("---\n");
}

/** Compares the objects with a file of tests/unit/goldens; `UPDATE_GOLDENS=1` writes it instead. */
export function assertGolden(name: string, resources: Registered[]): void {
  const file = join(FOLDER, `${name}.yaml`);
  const actual = render(resources);
  if (process.env.UPDATE_GOLDENS === "1") writeFileSync(file, actual);
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
