import type * as k8s from "@pulumi/kubernetes";
import type { ResolvedBroker } from "./resolve";

/** Not generated, because the nodes mount it before it exists. */
export const foundedName = (broker: ResolvedBroker) => `${broker.name}-founded`;

export const FOUNDED_KEY = "founded-cluster";

/** Says that the installation has a cluster. Created once all nodes are ready for the first time; outside of their
 * volumes, so that the loss of a volume does not lose it. See prepare.ts. */
export function foundedMarker(broker: ResolvedBroker): k8s.core.v1.ConfigMapArgs {
  return {
    metadata: { name: foundedName(broker), namespace: broker.namespace, labels: broker.labels },
    data: { [FOUNDED_KEY]: broker.name },
  };
}

/** Whether an object is the marker. YAML that is applied all at once must not contain it: the first start would wait
 * for a cluster that does not exist. */
export const isFoundedMarker = ({ kind, data = {} }: { kind: string; data?: object }): boolean =>
  kind === "ConfigMap" && FOUNDED_KEY in data;
