import { INSTALL_HINT, PLUGIN } from "./preflight";

/** Endpoint of a cluster, and its location. */
export interface ClusterAccess {
  project: string;
  location: string;
  cluster: string;
  /** Address or DNS name of the control plane. */
  endpoint: string;
  /** The cluster's CA certificate, base64. Absent for the DNS endpoint, whose certificate is publicly trusted. */
  authority?: string;
}

/** A kubeconfig without a token. Users authenticate as themselves, and it never expires. */
export function kubeconfigOf({ project, location, cluster, endpoint, authority }: ClusterAccess): string {
  // The name that gcloud uses.
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
