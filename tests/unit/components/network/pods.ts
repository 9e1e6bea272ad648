import type { KubernetesObject } from "../../../../render/yaml";
import type { Labels, NamedPort, Namespaces, NetworkPolicy, Pod } from "./evaluator";

/** A pod of a workload. */
export interface WorkloadPod extends Pod {
  /** Of its workload. */
  name: string;
  ports: NamedPort[];
}

/** What decides who reaches whom. */
export interface Network {
  /** Where the objects are. */
  namespace: string;
  pods: WorkloadPod[];
  policies: NetworkPolicy[];
  namespaces: Namespaces;
}

interface PodTemplate {
  metadata?: { labels?: Labels };
  spec: { containers: { ports?: NamedPort[] }[] };
}

interface Workload extends KubernetesObject {
  spec: { template?: PodTemplate; jobTemplate?: { spec: { template: PodTemplate } } };
}

interface Policy extends KubernetesObject {
  spec: Omit<NetworkPolicy, "namespace">;
}

const WORKLOADS = ["StatefulSet", "Deployment", "Job", "CronJob"];
/** Kinds that make pods in ways that this does not read. */
const OTHERS = ["Pod", "DaemonSet", "ReplicaSet"];

/** The pods and policies of rendered objects, which share a namespace. */
export function networkOf(objects: KubernetesObject[]): Network {
  const unread = objects.find(({ kind }) => OTHERS.includes(kind));
  if (unread) throw new Error(`Pods of a ${unread.kind} are not read here yet`);
  const [created] = objects.filter(({ kind }) => kind === "Namespace");
  if (!created) throw new Error("The objects have no namespace");
  const { name: namespace, labels } = created.metadata;
  return {
    namespace,
    pods: objects.filter(({ kind }) => WORKLOADS.includes(kind)).map((each) => podOf(each as Workload)),
    policies: objects.filter(({ kind }) => kind === "NetworkPolicy").map((each) => policyOf(each as Policy)),
    namespaces: { [namespace]: { ...labels, ...named(namespace) } },
  };
}

/** The label that the API server gives every namespace, and that nobody can change. */
export const named = (namespace: string): Labels => ({ "kubernetes.io/metadata.name": namespace });

function podOf({ metadata, spec }: Workload): WorkloadPod {
  const template = spec.template ?? spec.jobTemplate?.spec.template;
  if (!template) throw new Error(`${metadata.name} has no pods`);
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? "default",
    labels: template.metadata?.labels ?? {},
    ports: template.spec.containers.flatMap(({ ports = [] }) => ports),
  };
}

function policyOf({ metadata, spec }: Policy): NetworkPolicy {
  return { ...spec, namespace: metadata.namespace ?? "default" };
}
