import {
  type Finding,
  isBroker,
  isSame,
  type KubernetesObject,
  podLabels,
  type Stack,
  type Workload,
} from "./objects";
import { type Labels, matches, matchesAll, type Selector } from "./selectors";

export interface Service extends KubernetesObject {
  spec?: { type?: string; externalIPs?: string[]; selector?: Labels };
}

const SERVICE = /^kubernetes:core\/v1:Service(Patch)?$/;

/** Checks every Service that selects broker nodes, regardless of its own labels. */
export function serviceFindings(service: Service, stack: Stack): Finding[] {
  if (!leadsToBroker(service, stack)) return [];
  const { type = "ClusterIP", externalIPs = [] } = service.spec ?? {};
  const open = [
    ...(["LoadBalancer", "NodePort"].includes(type) ? [`of type ${type}`] : []),
    ...(externalIPs.length > 0 ? ["with external addresses"] : []),
  ];
  return open.map((how) => ({
    what: `a Service ${how} exposes the broker outside the Kubernetes cluster`,
    fix: "use type ClusterIP, and `kubectl port-forward` for your own access",
  }));
}

/** The broker may be in another stack, so the labels of a selector count even without one. */
function leadsToBroker({ metadata, spec }: Service, stack: Stack): boolean {
  const { selector = {} } = spec ?? {};
  if (isBroker(metadata?.labels) || selector["app.kubernetes.io/name"] === "rabbitmq") return true;
  const hasSelector = Object.keys(selector).length > 0;
  return hasSelector && selected({ matchLabels: selector }, metadata?.namespace, stack).length > 0;
}

/** Returns the brokers of a namespace with a node that the selector matches. */
function selected(selector: Selector | undefined, namespace: string | undefined, stack: Stack): Workload[] {
  return stack
    .brokers(namespace)
    .filter((broker) => podLabels(broker).some((labels) => matches(selector, labels)));
}

interface Backend {
  name?: string;
  kind?: string;
  namespace?: string;
  service?: { name?: string };
}

export interface Entrance extends KubernetesObject {
  spec?: {
    defaultBackend?: Backend;
    rules?: { http?: { paths?: { backend?: Backend }[] }; backendRefs?: Backend[] }[];
  };
}

/** Ingresses, and routes of the Gateway API. */
export const ENTRANCES =
  /^kubernetes:(networking\.k8s\.io\/\w+:Ingress(Patch)?|gateway\.networking\.k8s\.io\/\w+:(HTTP|GRPC|TCP|TLS|UDP)Route(Patch)?)$/;

/** Checks every Ingress and route to a Service that selects broker nodes. */
export function entranceFindings({ metadata, spec }: Entrance, stack: Stack): Finding[] {
  const services = stack.all<Service>(SERVICE).filter((service) => leadsToBroker(service, stack));
  const rules = spec?.rules ?? [];
  const backends = [
    spec?.defaultBackend,
    ...rules.flatMap(({ http, backendRefs = [] }) => [
      ...(http?.paths ?? []).map(({ backend }) => backend),
      ...backendRefs,
    ]),
  ];
  const open = backends.filter((backend) =>
    services.some((service) =>
      isSame(service.metadata, {
        name: backend?.service?.name ?? backend?.name,
        namespace: backend?.namespace ?? metadata?.namespace,
      }),
    ),
  );
  if (open.length === 0) return [];
  return [
    {
      what: "it routes to the broker, which exposes the broker outside the Kubernetes cluster",
      fix: "remove the backend, and use `kubectl port-forward` for your own access",
    },
  ];
}

interface Peer {
  ipBlock?: { cidr: string };
  namespaceSelector?: Selector;
  podSelector?: Selector;
}

export interface NetworkPolicy extends KubernetesObject {
  spec: {
    podSelector?: Selector;
    policyTypes?: string[];
    ingress?: { from?: Peer[] }[];
  };
}

export const NETWORK_POLICY = /^kubernetes:networking\.k8s\.io\/\w+:NetworkPolicy$/;

/** Kubernetes adds up all policies of a pod, so a single open one lets everyone in. */
export function openPolicyFindings({ metadata, spec }: NetworkPolicy, stack: Stack): Finding[] {
  const ofBroker =
    isBroker(metadata?.labels) || selected(spec.podSelector ?? {}, metadata?.namespace, stack).length > 0;
  const open = (spec.ingress ?? []).flatMap(({ from = [] }) =>
    from.length === 0 ? ["everyone"] : from.flatMap(whoOf),
  );
  if (!ofBroker || open.length === 0) return [];
  return [
    {
      what: `it lets ${[...new Set(open)].join(" and ")} connect to the broker`,
      fix: "exclude the broker from its podSelector, or name the clients in the broker's access",
    },
  ];
}

/** Returns the clients that a peer admits, if they are too many. */
function whoOf({ ipBlock, namespaceSelector, podSelector }: Peer): string[] {
  if (ipBlock?.cidr.endsWith("/0")) return ["every address"];
  const everyPod = !podSelector || matchesAll(podSelector);
  return namespaceSelector && matchesAll(namespaceSelector) && everyPod ? ["every pod"] : [];
}

/** Without a policy, a pod accepts all connections. */
export function closedFindings(broker: Workload, stack: Stack): Finding[] {
  if (!isBroker(broker.metadata?.labels)) return [];
  const closes = ({ metadata, spec }: NetworkPolicy) =>
    metadata?.namespace === broker.metadata?.namespace &&
    (spec.policyTypes ?? ["Ingress"]).includes("Ingress") &&
    matches(spec.podSelector ?? {}, broker.spec.template.metadata?.labels);
  if (stack.all<NetworkPolicy>(NETWORK_POLICY).some(closes)) return [];
  return [
    {
      what: "no NetworkPolicy selects its pods, so every pod of the Kubernetes cluster may connect",
      fix: "give it a NetworkPolicy, as RabbitMqCluster does",
    },
  ];
}
