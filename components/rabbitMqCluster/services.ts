import type * as k8s from "@pulumi/kubernetes";
import type { ResolvedBroker } from "./resolve";
import { AMQP, AMQPS, MANAGEMENT, MANAGEMENT_TLS, METRICS, METRICS_TLS, PORTS } from "./names";

const CLIENT_ENDPOINTS = [AMQP, AMQPS, MANAGEMENT, MANAGEMENT_TLS, METRICS, METRICS_TLS];

/** Not generated, because it is part of every node's name. */
export const headlessName = (broker: ResolvedBroker) => `${broker.name}-nodes`;

/** Host name of a node for its peers. `pod` and `namespace` may be variables of a script or of the pod. */
export const hostOf = (broker: ResolvedBroker, pod: string, namespace: string) =>
  `${pod}.${headlessName(broker)}.${namespace}.svc.${broker.clusterDomain}`;

/** Gives each node a stable host name for its peers. */
export function headlessService(broker: ResolvedBroker): k8s.core.v1.ServiceArgs {
  return {
    metadata: { name: headlessName(broker), namespace: broker.namespace, labels: broker.labels },
    spec: {
      clusterIP: "None",
      // Nodes must find each other before any of them is ready.
      publishNotReadyAddresses: true,
      selector: broker.selector,
      ports: [
        { name: "epmd", port: PORTS.epmd, targetPort: "epmd" },
        { name: "distribution", port: PORTS.distribution, targetPort: "distribution" },
      ],
    },
  };
}

/** A single address for clients, which routes to ready nodes only. */
export function clientService(broker: ResolvedBroker): k8s.core.v1.ServiceArgs {
  return {
    metadata: {
      namespace: broker.namespace,
      labels: broker.labels,
      // Pulumi waits for the StatefulSet; waiting for its Service would only add a second, vaguer timeout.
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      type: "ClusterIP",
      selector: broker.selector,
      // With and without TLS: while TLS is turned on or off, each port leads to the nodes that have it.
      ports: CLIENT_ENDPOINTS.map(({ name, port }) => ({ name, port, targetPort: name })),
    },
  };
}

/** Lets a drain of Kubernetes nodes evict one broker node at a time. */
export function disruptionBudget(broker: ResolvedBroker): k8s.policy.v1.PodDisruptionBudgetArgs {
  return {
    metadata: { namespace: broker.namespace, labels: broker.labels },
    spec: {
      maxUnavailable: 1,
      // An unhealthy node must not block the drain that may fix it.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: broker.selector },
    },
  };
}
