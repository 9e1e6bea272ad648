import type * as k8s from "@pulumi/kubernetes";
import type { ResolvedBroker } from "./resolve";
import { PORTS } from "./names";

/** Fixed: it is part of every node's name. */
export const headlessName = (broker: ResolvedBroker) => `${broker.name}-nodes`;

/** Gives each node the host name by which its peers know it. */
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

/** One address for clients, which leads to nodes that are ready only. */
export function clientService(broker: ResolvedBroker): k8s.core.v1.ServiceArgs {
  return {
    metadata: {
      namespace: broker.namespace,
      labels: broker.labels,
      // The StatefulSet is waited for; waiting for its Service as well would only add a second, vaguer timeout.
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      type: "ClusterIP",
      selector: broker.selector,
      ports: [
        ...[broker.amqp, broker.management].map(({ name, port }) => ({ name, port, targetPort: name })),
        { name: "prometheus", port: PORTS.prometheus, targetPort: "prometheus" },
      ],
    },
  };
}

/** Lets a drain of Kubernetes nodes take one broker node at a time. */
export function disruptionBudget(broker: ResolvedBroker): k8s.policy.v1.PodDisruptionBudgetArgs {
  return {
    metadata: { namespace: broker.namespace, labels: broker.labels },
    spec: {
      maxUnavailable: 1,
      // A node that is broken anyway must not block the drain that may mend it.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: broker.selector },
    },
  };
}
