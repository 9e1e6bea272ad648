import type * as pulumi from "@pulumi/pulumi";
import { classChange, STORAGE_CLASS } from "../shared/claims";
import { parseQuantity } from "../shared/quantity";
import { rejectUpdates } from "../shared/rejectUpdates";
import { type InterNodeTls, interNodeTlsOf } from "./interNode";
import type { ResolvedBroker } from "./resolve";

const SIZE = "ha-celery/storage-size";
const DOMAIN = "ha-celery/cluster-domain";
const INTER_NODE = "ha-celery/inter-node-tls";

/** Ignored, because a change would replace the StatefulSet and stop every node; the annotations are compared
 * instead. */
export const IGNORED_CHANGES = ["spec.volumeClaimTemplates"];

const OFF: InterNodeTls = "off";

/** Fields that cannot change after the cluster is deployed, or only in one direction. Absent if unknown. */
export interface ImmutableFields {
  replicas?: number;
  size?: string;
  /** Empty for the default class. */
  className?: string;
  clusterDomain?: string;
  /** Off if absent. */
  interNodeTls?: string;
}

/** Annotations of the StatefulSet that record the immutable fields. */
export function immutableFieldAnnotations(broker: ResolvedBroker): Record<string, string> {
  const { storage, clusterDomain } = broker;
  const interNode = interNodeTlsOf(broker);
  return {
    [SIZE]: storage.size ?? "",
    [STORAGE_CLASS]: storage.className ?? "",
    [DOMAIN]: clusterDomain,
    ...(interNode !== OFF && { [INTER_NODE]: interNode }),
  };
}

interface StatefulSetInputs {
  metadata?: { name?: string; annotations?: Record<string, string> };
  spec?: {
    replicas?: number;
    volumeClaimTemplates?: ClaimTemplate[];
    template?: { spec?: { containers?: { env?: { name: string; value?: string }[] }[] } };
  };
}

interface ClaimTemplate {
  spec?: { storageClassName?: string; resources?: { requests?: { storage?: string } } };
}

/** Immutable fields of a deployed StatefulSet. Those that an older version deployed have no annotations. */
export function immutableFieldsOf({ metadata, spec }: StatefulSetInputs): ImmutableFields {
  const annotations = metadata?.annotations ?? {};
  const replicas = spec?.replicas;
  const { [SIZE]: size, [STORAGE_CLASS]: className, [DOMAIN]: clusterDomain } = annotations;
  if (size !== undefined) return { replicas, size, className, clusterDomain, ...interNodeField(annotations) };
  const claim = spec?.volumeClaimTemplates?.[0]?.spec;
  const environment = spec?.template?.spec?.containers?.[0]?.env ?? [];
  const node = environment.find(({ name }) => name === "RABBITMQ_NODENAME")?.value;
  return {
    replicas,
    size: claim?.resources?.requests?.storage,
    className: claim && (claim.storageClassName ?? ""),
    clusterDomain: node?.split(".svc.")[1],
  };
}

const interNodeField = ({ [INTER_NODE]: interNodeTls }: Record<string, string>) =>
  interNodeTls === undefined ? {} : { interNodeTls };

/** Problems of changing the immutable fields. */
export function immutableFieldProblems(old: ImmutableFields, next: ImmutableFields): string[] {
  return [replicasProblems, sizeProblems, classProblems, domainProblems, interNodeProblems].flatMap(
    (problems) => problems(old, next),
  );
}

function replicasProblems({ replicas: old }: ImmutableFields, { replicas: next }: ImmutableFields): string[] {
  if (old === undefined || next === undefined || next >= old) return [];
  return [
    `replicas changed ${old} -> ${next}. Kubernetes would stop ${old - next + 1} brokers at the same moment, and RabbitMQ would go on counting the removed ones for its majority, so the cluster would stop. Set it back, or move to a new cluster: docs/how-to/grow-storage.md#shrink-or-change-the-storage-class.`,
  ];
}

function sizeProblems({ size: old }: ImmutableFields, { size: next }: ImmutableFields): string[] {
  if (old === undefined || next === undefined) return [];
  const [before = NaN, after = NaN] = [parseQuantity(old), parseQuantity(next)];
  if (old === next || before === after) return [];
  const fact = `storage.size changed ${old} -> ${next}.`;
  return after < before
    ? [`${fact} Volumes cannot shrink. Set it back, or move to a new cluster: docs/how-to/grow-storage.md.`]
    : [
        `${fact} Claim templates are immutable; replacing the StatefulSet would stop every broker. Grow the claims first: docs/how-to/grow-storage.md.`,
      ];
}

function classProblems({ className: old }: ImmutableFields, { className: next }: ImmutableFields): string[] {
  if (old === undefined || next === undefined || old === next) return [];
  return [
    `${classChange(old, next)} Claim templates are immutable; replacing the StatefulSet would stop every broker. Set it back, or move to a new cluster: docs/how-to/grow-storage.md.`,
  ];
}

function domainProblems(
  { clusterDomain: old }: ImmutableFields,
  { clusterDomain: next }: ImmutableFields,
): string[] {
  if (old === undefined || next === undefined || old === next) return [];
  return [
    `clusterDomain changed ${old} -> ${next}. Node names contain it, so no node would find its data or its peers. Set it back.`,
  ];
}

function interNodeProblems(
  { interNodeTls: old = OFF }: ImmutableFields,
  { interNodeTls: next = OFF }: ImmutableFields,
): string[] {
  if (old === next) return [];
  const fact =
    old === OFF || next === OFF
      ? `tls.interNode changed ${old !== OFF} -> ${next !== OFF}. Nodes with and without it`
      : `tls.secretName was ${next === "secret" ? "added" : "removed"} while tls.interNode is on. Nodes that trust different authorities`;
  return [
    `${fact} cannot connect to each other, so the first node that restarts would never join the others. Set it back, or restart all nodes together: docs/how-to/tls.md#turn-it-on-or-off-between-broker-nodes.`,
  ];
}

/** Fails an update or preview that would change the volumes, node names, or inter-node TLS of a StatefulSet, or that has fewer
 * nodes. */
export function rejectImmutableChanges(name: string): pulumi.ResourceHookBinding {
  return rejectUpdates<StatefulSetInputs>({
    component: "RabbitMqCluster",
    name,
    suffix: "volumes",
    problems: (old, next) => immutableFieldProblems(immutableFieldsOf(old), immutableFieldsOf(next)),
  });
}
