import type * as k8s from "@pulumi/kubernetes";
import { fromNamespaces, named, tcp } from "../shared/networkPolicies";
import type { ResolvedBroker } from "./resolve";
import {
  AMQP,
  AMQPS,
  CLIENT_LABEL,
  clientOfLabels,
  MANAGEMENT,
  MANAGEMENT_TLS,
  METRICS,
  METRICS_TLS,
  PORTS,
} from "./names";

type Policy = k8s.networking.v1.NetworkPolicyArgs;
type Rule = k8s.types.input.networking.v1.NetworkPolicyIngressRule;

// With and without TLS, because nodes of both kinds run while it is turned on or off.
const AMQP_PORTS = [AMQP, AMQPS].map(({ port }) => tcp(port));
const MANAGEMENT_PORTS = [MANAGEMENT, MANAGEMENT_TLS].map(({ port }) => tcp(port));
const METRICS_PORTS = [METRICS, METRICS_TLS].map(({ port }) => tcp(port));

/** Allows only the broker's own nodes, labeled clients, and the namespaces in `access`. */
export function networkPolicy(broker: ResolvedBroker): Policy {
  return {
    metadata: { namespace: broker.namespace, labels: broker.labels },
    spec: {
      podSelector: { matchLabels: broker.selector },
      policyTypes: ["Ingress"],
      ingress: [
        // Anyone who reaches these ports and knows the cookie controls the cluster. The range is for the
        // command-line tools.
        {
          from: [{ podSelector: { matchLabels: broker.selector } }],
          ports: [
            tcp(PORTS.epmd),
            tcp(PORTS.distribution),
            { ...tcp(35672), endPort: 35682 },
            // Lets a node check whether a peer is already serving clients.
            ...AMQP_PORTS,
          ],
        },
        clients(broker),
        ...fromNamespaces(broker.access.managementNamespaces, MANAGEMENT_PORTS),
        ...fromNamespaces(broker.access.monitoringNamespaces, METRICS_PORTS),
      ],
    },
  };
}

function clients(broker: ResolvedBroker): Rule {
  const elsewhere = broker.access.clientNamespaces ?? [];
  const pods = [{ [CLIENT_LABEL]: broker.name }, clientOfLabels(broker.name)].map((matchLabels) => ({
    podSelector: { matchLabels },
  }));
  return {
    from: [
      ...pods,
      ...(elsewhere.length > 0 ? pods.map((pod) => ({ ...pod, namespaceSelector: named(elsewhere) })) : []),
    ],
    ports: AMQP_PORTS,
  };
}
