import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { errorHook } from "../shared/errorHook";

/** Google's answers if the cluster exists, or if another one uses its Services range. */
const TAKEN = /Error 409: Already exists|Services range .* is already used by another cluster/;

/** Where a cluster should have been created. */
export interface Creation {
  /** Name of the resource in the program. */
  resource: string;
  /** URN of the component. */
  parent: string;
  project: string;
  location: string;
  /** Name that the cluster was to get. */
  name?: string;
  /** Name or ID of its subnetwork. */
  subnetwork?: string;
}

/** A cluster at Google's. */
export interface Existing {
  name: string;
  subnetwork?: string;
}

/** Lists the clusters of a location. */
export type ListClusters = (project: string, location: string) => Promise<Existing[]>;

/** Inputs of the cluster that failed to be created. */
interface ClusterInputs {
  project?: string;
  location?: string;
  name?: string;
  subnetwork?: string;
}

/** Explains Google's refusal to create a cluster that a killed update created already.
 *
 * @param owner Name of the component. */
export function explainUnknownCluster(owner: string, parent: pulumi.Resource): pulumi.ResourceHookBinding {
  const list = clustersOf(parent);
  return errorHook(`${owner}-exists`, async ({ errors, newInputs, name }) => {
    if (!TAKEN.test(errors[0] ?? "")) return false;
    const { project = "", location = "", ...inputs } = (newInputs ?? {}) as ClusterInputs;
    const creation = { resource: name, parent: await urnOf(parent), project, location, ...inputs };
    // The update ends when this returns.
    await pulumi.log.error(await explanation(creation, list), parent);
    return false;
  });
}

/** What is there, and the commands that make the stack know it. */
export async function explanation(creation: Creation, list: ListClusters): Promise<string> {
  const { resource, project, location } = creation;
  const found = await candidates(creation, list);
  const why = "An update that was killed while it created a cluster leaves one behind.";
  const [only, ...more] = found;
  if (only === undefined || more.length > 0) {
    const names = found.length > 0 ? `: ${found.join(", ")}` : "";
    return [
      `${resource}: ${location} has clusters that use this subnetwork and that this stack does not know${names}. ${why}`,
      `List them: gcloud container clusters list --project=${project} --format="table(name,subnetwork)"`,
      commands(creation, "NAME"),
    ].join("\n");
  }
  return `${resource}: Google has the cluster ${only}, which this stack does not know. ${why}\n${commands(creation, only)}`;
}

/** The refresh makes the provider regard the imported name as a generated one. Without it, the next update would
 * replace the cluster by one with a new name. */
function commands({ project, location, resource, parent }: Creation, name: string): string {
  const id = `projects/${project}/locations/${location}/clusters/${name}`;
  return [
    "To keep it, run these commands, and then pulumi up:",
    `  pulumi import gcp:container/cluster:Cluster ${resource} ${id} --parent 'parent=${parent}' --generate-code=false`,
    "  pulumi refresh --clear-pending-creates",
    "To delete it instead:",
    `  gcloud container clusters delete ${name} --location=${location} --project=${project}`,
    // A subnetwork of the user's may be shared.
    "If another stack or program owns it, do neither, and set another subnetwork or serviceRange.",
  ].join("\n");
}

function urnOf({ urn }: pulumi.Resource): Promise<string> {
  return new Promise((resolve) => urn.apply(resolve));
}

async function candidates({ project, location, name, subnetwork }: Creation, list: ListClusters) {
  const clusters = await list(project, location).catch(() => []);
  const same = clusters.filter(
    (each) =>
      each.name === name || (subnetwork !== undefined && lastPart(each.subnetwork) === lastPart(subnetwork)),
  );
  return same.map((each) => each.name);
}

const lastPart = (id: string | undefined) => id?.split("/").pop();

/** Google's API, with the credentials and the endpoint of the provider. */
function clustersOf(parent: pulumi.Resource): ListClusters {
  return async (project, location) => {
    const { accessToken } = await gcp.organizations.getClientConfig({ parent });
    const endpoint = process.env.GOOGLE_CONTAINER_CUSTOM_ENDPOINT ?? "https://container.googleapis.com/v1/";
    const response = await fetch(`${endpoint}projects/${project}/locations/${location}/clusters`, {
      headers: { authorization: `Bearer ${accessToken}` },
      signal: AbortSignal.timeout(10_000),
    });
    const { clusters = [] } = (await response.json()) as { clusters?: Existing[] };
    return clusters;
  };
}
