import type { ReportViolation, ResourceValidation } from "@pulumi/policy";

export type Labels = Record<string, string>;

export interface Selector {
  matchLabels?: Labels;
}

/** The fields that policies look at, of whatever kind of object. */
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

/** What is wrong with an object, and how to mend it. */
export interface Finding {
  what: string;
  fix: string;
}

/** Whatever makes pods by a template; that of a CronJob is one level deeper. */
export const WORKLOADS =
  /^kubernetes:(apps\/v1:(StatefulSet|Deployment|DaemonSet|ReplicaSet)|batch\/v1:Job)$/;

/** Whether the labels are those that `RabbitMqCluster` gives the objects of a broker. */
export function isBroker(labels: Labels = {}): boolean {
  return (
    labels["app.kubernetes.io/part-of"] === "ha-celery" && labels["app.kubernetes.io/component"] === "broker"
  );
}

/** Whether everything that the selector asks for is among the labels. */
export function matches(selector: Selector | undefined, labels: Labels = {}): boolean {
  const wanted = Object.entries(selector?.matchLabels ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** `name` is what the program calls the object, for those that have not got a name in the cluster yet. */
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

/** All containers of a pod, those that run first included. */
export const containersOf = ({ initContainers = [], containers }: PodSpec) => [
  ...initContainers,
  ...containers,
];
