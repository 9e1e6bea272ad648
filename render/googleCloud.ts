import type { MockOutputs } from "./mockOutputs";

/** Outputs of Google Cloud resources of the gke target. Addresses are from ranges reserved for documentation. */
export const GOOGLE_CLOUD: Record<string, MockOutputs> = {
  "gcp:serviceaccount/account:Account": ({ inputs }) => {
    const { accountId, project } = inputs as { accountId: string; project: string };
    const email = `${accountId}@${project}.iam.gserviceaccount.com`;
    return { email, member: `serviceAccount:${email}` };
  },
  "gcp:projects/serviceIdentity:ServiceIdentity": () => {
    const email = "service-1@container-engine-robot.iam.gserviceaccount.com";
    return { email, member: `serviceAccount:${email}` };
  },
  "gcp:compute/router:Router": ({ name }, { autoname }) => ({ name: autoname(name) }),
  "gcp:container/cluster:Cluster": ({ name, inputs }, { autoname }) => {
    const { location } = inputs as { location: string };
    return {
      name: autoname(name),
      endpoint: "203.0.113.10",
      masterAuth: { clusterCaCertificate: Buffer.from(`authority of ${name}`).toString("base64") },
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { endpoint: `gke-${name}.${location}.gke.goog` },
      },
    };
  },
  "gcp:container/nodePool:NodePool": ({ name }, { autoname }) => ({ name: autoname(name) }),
  "gcp:artifactregistry/repository:Repository": ({ inputs }) => {
    const { location, project, repositoryId } = inputs as Record<string, string>;
    return {
      name: repositoryId,
      registryUri: `${location}-docker.pkg.dev/${project}/${repositoryId}`,
    };
  },
};
