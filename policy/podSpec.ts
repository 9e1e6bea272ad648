import type { Labels, Selector } from "./selectors";

export interface SecurityContext {
  allowPrivilegeEscalation?: boolean;
  privileged?: boolean;
  capabilities?: { add?: string[]; drop?: string[] };
  runAsNonRoot?: boolean;
  runAsUser?: number;
  seccompProfile?: { type?: string };
}

export interface Container {
  name: string;
  image?: string;
  ports?: { containerPort?: number; hostPort?: number }[];
  securityContext?: SecurityContext;
}

export interface PodSpec {
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  affinity?: {
    podAntiAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: AffinityTerm[] };
  };
  containers?: Container[];
  initContainers?: Container[];
  securityContext?: Pick<SecurityContext, "runAsNonRoot" | "runAsUser" | "seccompProfile">;
  volumes?: Record<string, unknown>[];
}

export interface AffinityTerm {
  topologyKey: string;
  labelSelector?: Selector;
}

export interface PodTemplate {
  metadata?: { labels?: Labels };
  spec: PodSpec;
}

/** All containers of a pod, including init containers. */
export const containersOf = ({ initContainers = [], containers = [] }: PodSpec) => [
  ...initContainers,
  ...containers,
];
