import type { ReportViolation, ResourceValidation } from "@pulumi/policy";

export type Labels = Record<string, string>;

export interface Selector {
  matchLabels?: Labels;
}

/** Fields of an object that policies check. */
export interface KubernetesObject {
  kind: string;
  metadata?: { name?: string; namespace?: string; labels?: Labels };
}

export interface Container {
  name: string;
  image?: string;
  securityContext?: {
    allowPrivilegeEscalation?: boolean;
    privileged?: boolean;
    capabilities?: { add?: string[]; drop?: string[] };
    runAsNonRoot?: boolean;
    runAsUser?: number;
    seccompProfile?: { type?: string };
  };
}

export interface PodSpec {
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  affinity?: {
    podAntiAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: AffinityTerm[] };
  };
  containers: Container[];
  initContainers?: Container[];
  securityContext?: Pick<
    NonNullable<Container["securityContext"]>,
    "runAsNonRoot" | "runAsUser" | "seccompProfile"
  >;
  volumes?: Record<string, unknown>[];
}

export interface AffinityTerm {
  topologyKey: string;
  labelSelector?: Selector;
}

export interface Workload extends KubernetesObject {
  spec: { template: { metadata?: { labels?: Labels }; spec: PodSpec } };
}

/** A problem of an object, and its fix. */
export interface Finding {
  what: string;
  fix: string;
}

/** Types with a pod template, except CronJob, whose template is one level deeper. */
export const WORKLOADS =
  /^kubernetes:(apps\/v1:(StatefulSet|Deployment|DaemonSet|ReplicaSet)|batch\/v1:Job)$/;

/** Whether `RabbitMqCluster` sets these labels on the objects of a broker. */
export function isBroker(labels: Labels = {}): boolean {
  return (
    labels["app.kubernetes.io/part-of"] === "ha-celery" && labels["app.kubernetes.io/component"] === "broker"
  );
}

/** Whether the selector matches the labels. */
export function matches(selector: Selector | undefined, labels: Labels = {}): boolean {
  const wanted = Object.entries(selector?.matchLabels ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** Reports a finding. `name` is the name in the program, for objects that have no name in the cluster yet. */
export function report(
  { kind, metadata }: KubernetesObject,
  name: string,
  { what, fix }: Finding,
  to: ReportViolation,
  urn?: string,
): void {
  const where = [metadata?.namespace, metadata?.name ?? name].filter(Boolean).join("/");
  to(`${kind} ${where}: ${what}. Fix: ${fix}.`, urn);
}

/** Checks each object whose type matches. */
export function eachOf<T extends KubernetesObject>(
  types: RegExp,
  check: (object: T) => Finding[],
): ResourceValidation {
  return ({ type, name, props }, to) => {
    if (!types.test(type)) return;
    const object = { kind: type.split(":").at(-1), ...props } as T;
    for (const finding of check(object)) report(object, name, finding, to);
  };
}

/** All containers of a pod, including init containers. */
export const containersOf = ({ initContainers = [], containers }: PodSpec) => [
  ...initContainers,
  ...containers,
];
