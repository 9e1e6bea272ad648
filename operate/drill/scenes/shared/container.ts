import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";

export const nodeOf = (pod: V1Pod): string => pod.spec?.nodeName ?? "";

/** Status of a broker pod's container. */
export const brokerContainer = (pod: V1Pod | undefined): V1ContainerStatus | undefined =>
  pod?.status?.containerStatuses?.find(({ name }) => name === "rabbitmq");
