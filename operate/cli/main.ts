#!/usr/bin/env node
import { unsupportedNode } from "./nodeVersion";

const problem = unsupportedNode(process.versions.node);
if (problem === undefined) {
  void Promise.all([import("./clusterAccess.js"), import("./program.js")]).then(
    ([{ kubeconfigAccess }, { runCommandLine }]) => runCommandLine(kubeconfigAccess),
  );
} else {
  console.error(`Error: ${problem}`);
  process.exitCode = 2;
}
