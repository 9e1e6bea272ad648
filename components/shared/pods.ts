import type * as k8s from "@pulumi/kubernetes";
import { type Compute, type Placement, type Toleration, Spread } from "../types";

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** Pod Security level `restricted`, with one fixed user. */
export function podSecurity(user: number): k8s.types.input.core.v1.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    // Without it the kubelet walks the whole volume at every start.
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

export const CONTAINER_SECURITY: k8s.types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};

export function resources(compute: Compute): k8s.types.input.core.v1.ResourceRequirements {
  return {
    requests: { ...(compute.cpu && { cpu: compute.cpu }), ...(compute.memory && { memory: compute.memory }) },
    limits: {
      ...(compute.cpuLimit && { cpu: compute.cpuLimit }),
      ...(compute.memory && { memory: compute.memory }),
    },
  };
}

/** Kubernetes waits 300 s before it replaces the pods of a node that fell silent; for pods without state that is 270 s too long. */
export const LOST_NODE_TOLERATIONS: Toleration[] = [
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
].map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 }));

export function placement(options: Placement, always: Toleration[] = []): Partial<PodSpec> {
  const tolerations = [...always, ...(options.tolerations ?? [])];
  return {
    ...(options.nodeSelector && { nodeSelector: options.nodeSelector }),
    ...(tolerations.length > 0 && { tolerations }),
    ...(options.priorityClassName && { priorityClassName: options.priorityClassName }),
  };
}

/** Keeps the pods of `selector` on different nodes, and evenly over the zones where nodes have any. */
export function spreadOut(spread: Spread, selector: Record<string, string>): Partial<PodSpec> {
  const apart = { labelSelector: { matchLabels: selector }, topologyKey: "kubernetes.io/hostname" };
  return {
    affinity: {
      podAntiAffinity:
        spread === Spread.Required
          ? { requiredDuringSchedulingIgnoredDuringExecution: [apart] }
          : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: apart }] },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        // A zone that is gone must not keep the pods of the others from starting.
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selector },
      },
    ],
  };
}
