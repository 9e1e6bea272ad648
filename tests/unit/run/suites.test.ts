import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../../../local/paths";
import { CLUSTER, CONSUMER } from "../../run/suites";

describe("the suites of make test", () => {
  for (const { name, command, onCluster = false } of [...CLUSTER, ...CONSUMER])
    it(`${name} is marked if it uses the shared cluster, which it would replace otherwise`, () => {
      const files = command.filter((argument) => argument.endsWith(".test.ts"));
      const texts = files.map((file) => readFileSync(join(REPOSITORY, file), "utf8"));
      assert.equal(/openSharedCluster|RenderCluster/.test(texts.join("\n")), onCluster);
    });
});
