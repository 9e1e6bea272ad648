import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { BinaryAuthorization } from "./choices";
import type { ResolvedCluster } from "./resolve";

const MODES: Partial<Record<BinaryAuthorization, string>> = {
  [BinaryAuthorization.Audit]: "DRYRUN_AUDIT_LOG_ONLY",
  [BinaryAuthorization.Enforce]: "ENFORCED_BLOCK_AND_AUDIT_LOG",
};

/** The policy of the project, with a rule for this cluster. Empty if the project's policy is not ours to manage. */
export function admissionPolicy(
  { name, project, location, security }: ResolvedCluster,
  cluster: gcp.container.Cluster,
  child: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const enforcementMode = MODES[security.binaryAuthorization];
  if (enforcementMode === undefined) return [];
  return [
    new gcp.binaryauthorization.Policy(
      `${name}-images`,
      {
        project,
        description: `Images of the GKE cluster ${name}.`,
        // Admits Google's images for the cluster's own components.
        globalPolicyEvaluationMode: "ENABLE",
        admissionWhitelistPatterns: security.trustedImages.map((namePattern) => ({ namePattern })),
        defaultAdmissionRule: {
          evaluationMode: "ALWAYS_ALLOW",
          enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG",
        },
        clusterAdmissionRules: [
          {
            cluster: pulumi.interpolate`${location}.${cluster.name}`,
            evaluationMode: "ALWAYS_DENY",
            enforcementMode,
          },
        ],
      },
      child,
    ),
  ];
}
