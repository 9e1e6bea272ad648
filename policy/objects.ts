import type { PolicyResource, ReportViolation, ResourceValidation, StackValidation } from "@pulumi/policy";
import type { PodTemplate } from "./podSpec";
import type { Labels } from "./selectors";

/** Fields of an object that policies check. */
export interface KubernetesObject {
  kind: string;
  metadata?: { name?: string; namespace?: string; labels?: Labels };
}

export interface Workload extends KubernetesObject {
  spec: { template: PodTemplate };
}

/** A problem of an object, and its fix. */
export interface Finding {
  what: string;
  fix: string;
}

/** Whether `RabbitMqCluster` sets these labels on the objects of a broker. */
export function isBroker(labels: Labels = {}): boolean {
  return (
    labels["app.kubernetes.io/part-of"] === "ha-celery" && labels["app.kubernetes.io/component"] === "broker"
  );
}

/** Whether two objects of the same kind are the same object. */
export const isSame = (one: KubernetesObject["metadata"], other: KubernetesObject["metadata"]): boolean =>
  one?.name !== undefined && one.name === other?.name && one.namespace === other.namespace;

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
    const object = objectOf<T>(type, props);
    for (const finding of check(object)) report(object, name, finding, to);
  };
}

/** Checks each object whose type matches, with the other objects of the stack. */
export function eachInStack<T extends KubernetesObject>(
  types: RegExp,
  check: (object: T, stack: Stack) => Finding[],
): StackValidation {
  return ({ resources }, to) => {
    const stack = new Stack(resources);
    for (const { object, name, urn } of stack.found<T>(types))
      for (const finding of check(object, stack)) report(object, name, finding, to, urn);
  };
}

interface Found<T> {
  object: T;
  /** Name in the program. */
  name: string;
  urn: string;
}

/** The objects of a stack. */
export class Stack {
  constructor(private readonly resources: PolicyResource[]) {}

  found<T extends KubernetesObject>(types: RegExp): Found<T>[] {
    return this.resources
      .filter(({ type }) => types.test(type))
      .map(({ type, props, name, urn }) => ({ object: objectOf<T>(type, props), name, urn }));
  }

  all<T extends KubernetesObject>(types: RegExp): T[] {
    return this.found<T>(types).map(({ object }) => object);
  }

  /** The StatefulSets of brokers, in a namespace if one is given. */
  brokers(namespace?: string): Workload[] {
    return this.all<Workload>(STATEFUL_SET).filter(
      ({ metadata }) =>
        isBroker(metadata?.labels) && (namespace === undefined || namespace === metadata?.namespace),
    );
  }
}

export const STATEFUL_SET = /^kubernetes:apps\/v1:StatefulSet$/;

function objectOf<T extends KubernetesObject>(type: string, props: object): T {
  return { ...props, kind: type.split(":").at(-1) } as T;
}

/** Labels of the pods of a broker. Its controller adds the last two to each pod. */
export function podLabels({ metadata, spec }: Workload): Labels[] {
  const { replicas = 1 } = spec as { replicas?: number };
  return Array.from({ length: Math.max(replicas, 1) }, (_, ordinal) => ({
    ...spec.template.metadata?.labels,
    "statefulset.kubernetes.io/pod-name": `${metadata?.name ?? ""}-${ordinal}`,
    "apps.kubernetes.io/pod-index": String(ordinal),
  }));
}
