import { UserError } from "../../operate/errors";
import { makeCommand } from "../paths";
import { CLUSTER_LABEL, ID_LABEL } from "./containers";
import { docker, lines } from "./docker";
import { readLayout } from "./state";

/**
 * Refuses to go on from volumes that were not made by what this checkout remembers: their objects belong to a Pulumi stack
 * that it knows nothing of, and brokers with the passwords of two stacks never form a cluster.
 */
export async function rejectForeignVolumes(cluster: string): Promise<void> {
  const [listed, settled] = await Promise.all([
    docker([
      "volume",
      "ls",
      `--filter=label=${CLUSTER_LABEL}=${cluster}`,
      `--format={{.Name}} {{.Label "${ID_LABEL}"}}`,
    ]),
    readLayout(cluster),
  ]);
  const foreign = foreignVolumes(lines(listed), settled?.id);
  if (foreign.length === 0) return;
  throw new UserError(
    `The cluster "${cluster}" was made by another checkout, or this one has lost its state: Docker has the volumes ${foreign.join(", ")}, ` +
      `and .local/${cluster} knows nothing of them.\n` +
      `Take that cluster away, whoever made it: ${makeCommand("down", cluster)}\n` +
      "Or make one beside it: make up CLUSTER=other",
  );
}

/** Those of lines `name id` that have another id, or none. */
export function foreignVolumes(listed: readonly string[], id: string | undefined): string[] {
  return listed
    .map((line) => line.trim().split(" "))
    .filter(([, madeBy]) => madeBy === undefined || madeBy !== id)
    .map(([name = ""]) => name);
}
