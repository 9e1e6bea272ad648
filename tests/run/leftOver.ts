import { deleteCluster } from "../../local/cluster";
import { dockerAnswers } from "../../local/cluster/docker";
import { stopDockerIfOurs } from "../../local/toolchain";

const quiet = () => undefined;

/** Deletes clusters that a run of tests has left, and stops Docker if the tests started it. Without Docker nothing can
 * be left: a suite that takes its cluster down may have stopped it already. */
export async function removeLeftOver(clusters: readonly string[]): Promise<void> {
  if (!(await dockerAnswers())) return;
  for (const name of clusters) await deleteCluster(name, quiet);
  await stopDockerIfOurs(quiet);
}
