import { ensureBaseImages } from "../../local/images";
import { ensureDocker, ensurePulumi } from "../../local/toolchain";
import { messageOf } from "../../operate/errors";
import { newSharedCluster } from "../cluster/sharedCluster";

/** Creates the cluster that suites share, and what it is made of. */
async function main(): Promise<void> {
  await ensureDocker(console.log);
  await ensurePulumi(console.log);
  await ensureBaseImages(console.log);
  await newSharedCluster(console.log);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(messageOf(error));
    process.exit(1);
  },
);
