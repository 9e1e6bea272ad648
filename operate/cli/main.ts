#!/usr/bin/env node
import { tooOld } from "./nodeVersion";

const problem = tooOld(process.versions.node);
if (problem === undefined) {
  void Promise.all([import("./kubernetes.js"), import("./program.js")]).then(([{ byContext }, { run }]) =>
    run(byContext),
  );
} else {
  console.error(`Error: ${problem}`);
  process.exitCode = 1;
}
