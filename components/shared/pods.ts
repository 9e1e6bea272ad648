import type * as k8s from "@pulumi/kubernetes";
import { type Compute, type Placement, type Toleration, Spread } from "../types";

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** The application's container, as a component builds it. */
export interface OwnContainer extends k8s.types.input.core.v1.Container {
  command: string[];
  volumeMounts: k8s.types.input.core.v1.VolumeMount[];
}

/** The pod, as a component builds it. */
export interface OwnPod extends PodSpec {
  securityContext: k8s.types.input.core.v1.PodSecurityContext;
  containers: [OwnContainer];
  volumes: k8s.types.input.core.v1.Volume[];
}

/** Pod Security level `restricted`, with a fixed user. */
export function podSecurity(user: number): k8s.types.input.core.v1.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    // Otherwise, the kubelet changes the owner of every file at each start.
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

export const CONTAINER_SECURITY: k8s.types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};

/** The end of the log is the reason of a container that fails, in `kubectl describe pod` and in `pulumi up`. */
export const LOG_AS_MESSAGE: Pick<k8s.types.input.core.v1.Container, "terminationMessagePolicy"> = {
  terminationMessagePolicy: "FallbackToLogsOnError",
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

/** Replaces the pods of an unreachable node after 30 s instead of 300 s, for pods without state. */
export const LOST_NODE_TOLERATIONS: Toleration[] = [
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
].map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 }));

export function placement(
  options: Placement,
  always: Toleration[] = [],
): Pick<PodSpec, "nodeSelector" | "tolerations" | "priorityClassName"> {
  const tolerations = [...always, ...(options.tolerations ?? [])];
  return {
    ...(options.nodeSelector && { nodeSelector: options.nodeSelector }),
    ...(tolerations.length > 0 && { tolerations }),
    ...(options.priorityClassName && { priorityClassName: options.priorityClassName }),
  };
}

/** Label with which a Deployment tells the pods of its revisions apart. */
export const REVISION_LABEL = "pod-template-hash";

/** Spreads the pods of `selector` over nodes, and over zones if nodes have any. With `revisionLabel`, pods of different
 * revisions may share a node: otherwise, a rolling update on as many nodes as pods has no node for a new pod. */
export function spreadOut(
  spread: Spread,
  selector: Record<string, string>,
  revisionLabel?: string,
): Pick<PodSpec, "affinity" | "topologySpreadConstraints"> {
  const apart = { labelSelector: { matchLabels: selector }, topologyKey: "kubernetes.io/hostname" };
  return {
    affinity: {
      podAntiAffinity:
        spread === Spread.Required
          ? {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { ...apart, ...(revisionLabel && { matchLabelKeys: [revisionLabel] }) },
              ],
            }
          : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: apart }] },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        // A lost zone must not prevent pods from starting in the others.
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selector },
      },
    ],
  };
}
