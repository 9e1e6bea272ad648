import { stringify } from "yaml";
import type { Registered } from "./engine";

/** A Kubernetes object as the API server gets it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  [field: string]: unknown;
}

/** What every object has; the rest is as the API describes it. */
export interface Metadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** What stands in place of a secret value. No broker starts with it: it is neither JSON nor a URL. */
export const PLACEHOLDER = "PLACEHOLDER, not a secret: render with --passwords FILE";

/** What `kubectl apply` should have made before whatever uses it. Kinds that are not here come after, Jobs last of all. */
const FIRST = [
  "Namespace",
  "StorageClass",
  "PriorityClass",
  "ServiceAccount",
  "Secret",
  "ConfigMap",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "PersistentVolumeClaim",
  "Service",
  "StatefulSet",
  "Deployment",
];

/** What a program says; Pulumi names what it leaves unnamed. */
interface Inputs extends Record<string, unknown> {
  apiVersion: string;
  kind: string;
  metadata?: Partial<Metadata>;
}

/** The Kubernetes objects among what a program registered, with the names that the program or `autoname` gave them. */
export function objectsOf(resources: Registered[], autoname: (name: string) => string): KubernetesObject[] {
  return resources
    .filter((each) => each.custom && each.type.startsWith("kubernetes:"))
    .map((each) => {
      const { apiVersion, kind, metadata, ...rest } = each.inputs as Inputs;
      return { apiVersion, kind, metadata: { name: autoname(each.name), ...metadata }, ...rest };
    });
}

/** In the order in which they can be applied; within a kind by name. */
export function inOrder(objects: KubernetesObject[]): KubernetesObject[] {
  const rank = ({ kind }: KubernetesObject) => {
    if (kind === "Job") return FIRST.length + 1;
    return FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length;
  };
  return objects.toSorted((a, b) => rank(a) - rank(b) || (titleOf(a) < titleOf(b) ? -1 : 1));
}

/** Without the annotations by which Pulumi's provider is told how to wait. */
export function withoutPulumi(object: KubernetesObject): KubernetesObject {
  const { annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith("pulumi.com/"));
  const left = kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {};
  return { ...object, metadata: { ...metadata, ...left } };
}

/** With a placeholder for every value of a Secret; its keys stay. */
export function masked(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Secret") return object;
  const { data, stringData, ...rest } = object;
  const keys = Object.keys({ ...(data as object), ...(stringData as object) });
  return {
    ...rest,
    stringData: Object.fromEntries(keys.map((key) => [key, PLACEHOLDER])),
  } as KubernetesObject;
}

/** MockOutputs, namespace and name: one object has them, or the second would overwrite the first. */
export function titleOf({ kind, metadata }: KubernetesObject): string {
  return [kind, metadata.namespace, metadata.name].filter(Boolean).join(" ");
}

/** One YAML document for each object. Version 1.1, which Kubernetes reads: `yes` and the like are quoted. */
export function toYaml(objects: KubernetesObject[]): string {
  return objects
    .map((object) => stringify(object, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false }))
    .join("---\n");
}
