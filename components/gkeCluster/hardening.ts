import type * as gcp from "@pulumi/gcp";
import { BinaryAuthorization } from "./choices";
import type { ClusterKey } from "./kms";
import type { ResolvedCluster } from "./resolve";

/** Settings of the cluster that answer recommendations of the CIS benchmark. docs/how-to/gke.md lists them. */
export function hardening(
  gke: ResolvedCluster,
  key: ClusterKey | undefined,
): Partial<gcp.container.ClusterArgs> {
  const { security } = gke;
  return {
    databaseEncryption: key ? { state: "ENCRYPTED", keyName: key.id } : { state: "DECRYPTED" },
    binaryAuthorization: {
      evaluationMode:
        security.binaryAuthorization === BinaryAuthorization.Off
          ? "DISABLED"
          : "PROJECT_SINGLETON_POLICY_ENFORCE",
    },
    enableIntranodeVisibility: security.intranodeVisibility,
    securityPostureConfig: { mode: security.posture ? "BASIC" : "DISABLED" },
    rbacBindingConfig: {
      enableInsecureBindingSystemAuthenticated: security.systemGroupBindings,
      enableInsecureBindingSystemUnauthenticated: security.systemGroupBindings,
    },
    // Pools that GKE would add by itself would have neither our machines nor our disks.
    clusterAutoscaling: { enabled: false },
    nodePoolDefaults: {
      nodeConfigDefaults: { insecureKubeletReadonlyPortEnabled: readOnlyPort(gke) },
    },
    loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] },
    monitoringConfig: { enableComponents: gke.metrics, managedPrometheus: { enabled: true } },
  };
}

/** The provider wants a text. */
export function readOnlyPort({ security }: ResolvedCluster): string {
  return security.kubeletReadOnlyPort ? "TRUE" : "FALSE";
}
