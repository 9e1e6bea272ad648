import { createCluster, deleteCluster, type LocalCluster } from "../../local/cluster";

/** A cluster without a past: what a killed run of the tests, or another checkout, left under its name goes first. */
export async function newCluster(name: string): Promise<LocalCluster> {
  const quiet = () => undefined;
  await deleteCluster(name, quiet);
  return createCluster(name, quiet);
}
