import { stringify } from "yaml";
import type { Registered } from "./engine";

/** A Kubernetes object as sent to the API server. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  [field: string]: unknown;
}

/** The metadata fields that this module reads. */
export interface Metadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** Placeholder for a secret value. No broker starts with it, because it is neither JSON nor a URL. */
export const PLACEHOLDER = "PLACEHOLDER, not a secret: render with --passwords FILE";

/** Kinds in the order in which `kubectl apply` needs them. Other kinds follow, and Jobs come last. */
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

/** Inputs of a Kubernetes resource. Pulumi generates a missing name. */
interface Inputs extends Record<string, unknown> {
  apiVersion: string;
  kind: string;
  metadata?: Partial<Metadata>;
}

/** Returns the Kubernetes objects among the registered resources, with the fields that Patch resources add to them.
 * `autoname` supplies missing names. */
export function objectsOf(resources: Registered[], autoname: (name: string) => string): KubernetesObject[] {
  const objects = new Map<string, KubernetesObject>();
  // A patch is registered after its object.
  for (const { name, inputs } of resources.filter(isObject)) {
    const { apiVersion, kind, metadata, ...fields } = inputs as Inputs;
    const object = { apiVersion, kind, metadata: { name: autoname(name), ...metadata }, ...fields };
    const title = titleOf(object);
    const patched = objects.get(title);
    objects.set(title, patched ? { ...patched, ...fields } : object);
  }
  return [...objects.values()].map(inPlainText);
}

/** A Secret with all its values in `stringData`, the field that people encrypt before they store the YAML. */
function inPlainText(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Secret" || object.data === undefined) return object;
  const { data, stringData, ...rest } = object;
  const decoded = Object.entries(data as Record<string, string>).map(([key, value]): [string, string] => [
    key,
    Buffer.from(value, "base64").toString(),
  ]);
  const text = { ...Object.fromEntries(decoded), ...(stringData as Record<string, string> | undefined) };
  return { ...(rest as KubernetesObject), stringData: text };
}

const isObject = ({ custom, type }: Registered) => custom && type.startsWith("kubernetes:");

/** Sorts objects into the order in which they can be applied, and by name within a kind. */
export function inOrder(objects: KubernetesObject[]): KubernetesObject[] {
  const rank = ({ kind }: KubernetesObject) => {
    if (kind === "Job") return FIRST.length + 1;
    return FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length;
  };
  return objects.toSorted((a, b) => rank(a) - rank(b) || (titleOf(a) < titleOf(b) ? -1 : 1));
}

/** Removes the annotations that tell Pulumi's provider how to wait. */
export function withoutPulumi(object: KubernetesObject): KubernetesObject {
  const { annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith("pulumi.com/"));
  const left = kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {};
  return { ...object, metadata: { ...metadata, ...left } };
}

/** Replaces every value of a Secret with a placeholder. */
export function masked(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Secret") return object;
  const { data, stringData, ...rest } = object;
  const keys = Object.keys({ ...(data as object), ...(stringData as object) });
  return {
    ...rest,
    stringData: Object.fromEntries(keys.map((key) => [key, PLACEHOLDER])),
  } as KubernetesObject;
}

/** Returns kind, namespace and name, which identify an object. */
export function titleOf({ kind, metadata }: KubernetesObject): string {
  return [kind, metadata.namespace, metadata.name].filter(Boolean).join(" ");
}

/** Writes one YAML document per object, in YAML 1.1, which Kubernetes reads: `yes` and the like are quoted. */
export function toYaml(objects: KubernetesObject[]): string {
  return objects
    .map((object) => stringify(object, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false }))
    .join("---\n");
}
