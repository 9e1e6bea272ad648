import type { PolicyResource, StackValidation } from "@pulumi/policy";
import {
  type Finding,
  isBroker,
  type KubernetesObject,
  type Labels,
  matches,
  report,
  type Selector,
  type Workload,
} from "./objects";

const HOST = "kubernetes.io/hostname";

/** Two broker nodes on one Kubernetes node are lost together. */
export function affinityFindings({ metadata, spec }: Workload): Finding[] {
  if (!isBroker(metadata?.labels)) return [];
  const { template } = spec;
  const terms = template.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const apart = terms.some(
    ({ topologyKey, labelSelector }) =>
      topologyKey === HOST && matches(labelSelector, template.metadata?.labels),
  );
  if (apart) return [];
  return [
    {
      what: "two broker nodes may share a Kubernetes node, whose loss can then cost the majority",
      fix: "set the broker's spread to `required`",
    },
  ];
}

export interface Service extends KubernetesObject {
  spec: { type?: string; externalIPs?: string[]; selector?: Labels };
}

/** Checks every Service that selects broker nodes, regardless of its own labels. */
export function serviceFindings({ metadata, spec }: Service): Finding[] {
  const selectsBroker =
    isBroker(metadata?.labels) || spec.selector?.["app.kubernetes.io/name"] === "rabbitmq";
  if (!selectsBroker) return [];
  const { type = "ClusterIP", externalIPs = [] } = spec;
  const open = [
    ...(["LoadBalancer", "NodePort"].includes(type) ? [`of type ${type}`] : []),
    ...(externalIPs.length > 0 ? ["with external addresses"] : []),
  ];
  return open.map((how) => ({
    what: `a Service ${how} exposes the broker outside the Kubernetes cluster`,
    fix: "use type ClusterIP, and `kubectl port-forward` for your own access",
  }));
}

export interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>;
}

/** In rabbitmq.conf the last line takes precedence, and of several files the last in alphabetical order. */
export function quorumFindings({ metadata, data = {} }: ConfigMap): Finding[] {
  if (!isBroker(metadata?.labels)) return [];
  const files = Object.keys(data).filter((file) => file.endsWith(".conf"));
  const lines = files.sort().flatMap((file) => (data[file] ?? "").split("\n"));
  const types = lines.flatMap((line) => /^\s*default_queue_type\s*=\s*(\S+)\s*$/.exec(line)?.[1] ?? []);
  if (files.length === 0 || types.at(-1) === "quorum") return [];
  return [
    {
      what: `a queue that is declared without a type becomes ${types.at(-1) ?? "classic"}, on a single node`,
      fix: "remove default_queue_type from the broker's config",
    },
  ];
}

interface Budget extends KubernetesObject {
  spec: { maxUnavailable?: number | string; minAvailable?: number | string; selector?: Selector };
}

/** Without a budget, a drain may evict all nodes at once. */
export const brokerBudgets: StackValidation = ({ resources }, to) => {
  const budgets = resources.filter(({ type }) => type.endsWith(":PodDisruptionBudget")).map(budgetOf);
  for (const resource of resources.filter(({ type }) => type === "kubernetes:apps/v1:StatefulSet")) {
    const broker = { ...(resource.props as Workload), kind: "StatefulSet" };
    if (!isBroker(broker.metadata?.labels)) continue;
    const its = budgets.filter(
      ({ metadata, spec }) =>
        metadata?.namespace === broker.metadata?.namespace &&
        matches(spec.selector, broker.spec.template.metadata?.labels),
    );
    for (const finding of budgetFindings(its)) report(broker, resource.name, finding, to, resource.urn);
  }
};

const budgetOf = ({ props }: PolicyResource) => props as Budget;

function budgetFindings(budgets: Budget[]): Finding[] {
  const fix = "give it a PodDisruptionBudget with maxUnavailable 1, as RabbitMqCluster does";
  if (budgets.length === 0) {
    return [{ what: "it has no PodDisruptionBudget, so a drain may evict all of its nodes at once", fix }];
  }
  return budgets
    .filter(({ spec }) => spec.maxUnavailable !== 1)
    .map(({ spec }) => ({
      what: `its PodDisruptionBudget has maxUnavailable ${spec.maxUnavailable ?? "unset"}, so a drain may evict the majority`,
      fix,
    }));
}
