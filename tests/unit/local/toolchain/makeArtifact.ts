// cache.test.ts runs this file as a separate process. It builds an artifact slowly, and records each start.
import { appendFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureArtifact } from "../../../../local/toolchain/cache";

const [starts = "", milliseconds = "0"] = process.argv.slice(2);

void ensureArtifact(
  {
    name: "slow",
    file: "slow",
    inputs: ["1"],
    async make(folder) {
      await writeFile(join(folder, "slow"), "half");
      appendFileSync(starts, "start\n");
      await sleep(Number(milliseconds));
      await writeFile(join(folder, "slow"), "whole");
    },
  },
  console.log,
).then((path) => console.log(`path ${path}`));
