import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "../shared/labels";

const LEVEL = "pod-security.kubernetes.io";

/** A namespace that enforces the Pod Security level `restricted`. */
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

/** Denies all connections to pods of the namespace that no other policy allows. */
export function denyIngress(
  instance: string,
  namespace: pulumi.Input<string>,
): k8s.networking.v1.NetworkPolicyArgs {
  return {
    metadata: { namespace, labels: labelsOf("ha-celery", instance, "namespace") },
    spec: { podSelector: {}, policyTypes: ["Ingress"] },
  };
}
