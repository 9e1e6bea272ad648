import { type Finding, isBroker, isSame, type KubernetesObject, type Stack, type Workload } from "./objects";
import { matches, type Selector } from "./selectors";

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

interface Budget extends KubernetesObject {
  spec: { maxUnavailable?: number | string; minAvailable?: number | string; selector?: Selector };
}

/** Without a budget, a drain may evict all nodes at once. */
export function budgetFindings(broker: Workload, stack: Stack): Finding[] {
  if (!isBroker(broker.metadata?.labels)) return [];
  const budgets = stack
    .all<Budget>(/:PodDisruptionBudget$/)
    .filter(
      ({ metadata, spec }) =>
        metadata?.namespace === broker.metadata?.namespace &&
        matches(spec.selector, broker.spec.template.metadata?.labels),
    );
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

/** Every kind of object that `RabbitMqCluster` creates. */
const OWN_KINDS = "ConfigMap|NetworkPolicy|PodDisruptionBudget|Secret|Service|StatefulSet";

/** Patch resources of those. */
export const PATCHES = new RegExp(`^kubernetes:[^:]+:(${OWN_KINDS})Patch$`);

/** A Patch resource changes an object after the component's checks, and leaves the change behind when it is removed. */
export function patchFindings({ kind, metadata }: KubernetesObject, stack: Stack): Finding[] {
  const target = new RegExp(`^kubernetes:[^:]+:${kind.replace(/Patch$/, "")}$`);
  const isOwn = stack
    .all(target)
    .some((own) => isBroker(own.metadata?.labels) && isSame(own.metadata, metadata));
  if (!isOwn && !isBroker(metadata?.labels)) return [];
  return [
    {
      what: "it changes an object of the broker, and nothing checks the result",
      fix: "use an argument of RabbitMqCluster, or its transform",
    },
  ];
}
