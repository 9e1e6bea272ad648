import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import baseImages from "../../../docker/base-images.json";
import { ROOT } from "../../../release/repository";

interface Manager {
  managerFilePatterns: string[];
  matchStrings: string[];
}

const config = JSON.parse(readFileSync(join(ROOT, "renovate.json"), "utf8")) as { customManagers: Manager[] };
const regex = (pattern: string) => new RegExp(pattern.replace(/^\/|\/$/g, ""), "g");

describe("the configuration of Renovate", () => {
  it("finds name, tag and digest of every base image", () => {
    const [manager] = config.customManagers;
    assert.ok(manager);
    assert.ok(manager.managerFilePatterns.some((pattern) => regex(pattern).test("docker/base-images.json")));
    const text = readFileSync(join(ROOT, "docker/base-images.json"), "utf8");
    const found = [...text.matchAll(regex(manager.matchStrings[0] ?? ""))].map(({ groups }) => groups);
    assert.deepEqual(
      found.map((groups) => `${groups?.depName}:${groups?.currentValue}@${groups?.currentDigest}`),
      Object.values(baseImages),
    );
  });
});
