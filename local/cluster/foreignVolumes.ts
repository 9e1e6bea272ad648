import { UserError } from "../../operate/errors";
import { makeCommand } from "../paths";
import { CLUSTER_LABEL, ID_LABEL } from "./containers";
import { docker, lines } from "./docker";
import { readLayout } from "./state";

/**
 * Throws if the cluster's volumes were created by another checkout. Their data belongs to a Pulumi stack that this
 * checkout has no state of, and brokers with the passwords of two stacks never form a cluster.
 */
export async function rejectForeignVolumes(cluster: string): Promise<void> {
  const [listed, layout] = await Promise.all([
    docker([
      "volume",
      "ls",
      `--filter=label=${CLUSTER_LABEL}=${cluster}`,
      `--format={{.Name}} {{.Label "${ID_LABEL}"}}`,
    ]),
    readLayout(cluster),
  ]);
  const foreign = foreignVolumes(lines(listed), layout?.id);
  if (foreign.length === 0) return;
  throw new UserError(
    `The cluster "${cluster}" was created by another checkout, or this checkout has lost its state: Docker has the volumes ${foreign.join(", ")}, ` +
      `which are not recorded in .local/${cluster}.\n` +
      `Delete that cluster: ${makeCommand("down", cluster)} FORCE=1\n` +
      "Or create another one beside it: make up CLUSTER=other",
  );
}

/** Returns the names from lines `name id` whose id is missing or differs from `id`. */
export function foreignVolumes(listed: readonly string[], id: string | undefined): string[] {
  return listed
    .map((line) => line.trim().split(" "))
    .filter(([, owner]) => owner === undefined || owner !== id)
    .map(([name = ""]) => name);
}
