import { UserError } from "../../operate/errors";
import { makeCommand, REPOSITORY } from "../paths";
import { type Container, dockerAnswers, listContainers } from "./docker";

/** Throws if another checkout created the cluster: deleting it would delete the tasks in it. */
export async function rejectForeignCluster(cluster: string): Promise<void> {
  if (!(await dockerAnswers())) return;
  const owner = foreignOwner(await listContainers(cluster), REPOSITORY);
  if (owner === undefined) return;
  throw new UserError(
    `The cluster "${cluster}" was created by another checkout, ${owner}, and would be deleted with all its tasks. ` +
      `Take it down there: cd ${owner} && ${makeCommand("down", cluster)}\n` +
      `Or delete it from here: ${makeCommand("down", cluster)} FORCE=1`,
  );
}

/** Returns the checkout that created a cluster, unless it is this one or unknown. */
export function foreignOwner(
  containers: readonly Pick<Container, "checkout">[],
  checkout: string,
): string | undefined {
  return containers
    .map((container) => container.checkout)
    .find((owner) => owner !== "" && owner !== checkout);
}
