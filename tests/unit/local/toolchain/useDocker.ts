// stopDocker.test.ts runs this file as a separate process, which uses Docker until it is killed.
import { ensureDocker } from "../../../../local/toolchain/docker";
import { fakeHost } from "./fixtures";

const host = fakeHost({ path: ["docker"], answers: { "docker version": { stdout: "20.10.24" } } });

void ensureDocker(console.log, host).then(() => {
  console.log("using Docker");
  setInterval(() => undefined, 1_000);
});
