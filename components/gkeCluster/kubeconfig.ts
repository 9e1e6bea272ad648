import { INSTALL_HINT, PLUGIN } from "./preflight";

/** How to reach a cluster. */
export interface ClusterAccess {
  project: string;
  location: string;
  cluster: string;
  /** Address or name of the control plane. */
  endpoint: string;
  /** The cluster's own authority, base64. Its name has a certificate that every machine trusts, so it goes without. */
  authority?: string;
}

/** A kubeconfig without a token: whoever uses it signs in as himself, and it never expires. */
export function kubeconfigOf({ project, location, cluster, endpoint, authority }: ClusterAccess): string {
  // The name that gcloud gives it.
  const name = `gke_${project}_${location}_${cluster}`;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name,
        cluster: {
          server: `https://${endpoint}`,
          ...(authority && { "certificate-authority-data": authority }),
        },
      },
    ],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: PLUGIN,
            installHint: INSTALL_HINT,
            provideClusterInfo: true,
            interactiveMode: "IfAvailable",
          },
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
