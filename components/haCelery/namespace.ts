import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "../shared/labels";

const LEVEL = "pod-security.kubernetes.io";

/** A namespace that refuses pods with more rights than they need. */
export function restrictedNamespace(instance: string, name: string | undefined): k8s.core.v1.NamespaceArgs {
  return {
    metadata: {
      ...(name && { name }),
      labels: {
        ...labelsOf("ha-celery", instance, "namespace"),
        [`${LEVEL}/enforce`]: "restricted",
        [`${LEVEL}/warn`]: "restricted",
        [`${LEVEL}/audit`]: "restricted",
      },
    },
  };
}

/** No pod of the namespace can be reached unless a policy of its own opens it. */
export function denyIngress(
  instance: string,
  namespace: pulumi.Input<string>,
): k8s.networking.v1.NetworkPolicyArgs {
  return {
    metadata: { namespace, labels: labelsOf("ha-celery", instance, "namespace") },
    spec: { podSelector: {}, policyTypes: ["Ingress"] },
  };
}
