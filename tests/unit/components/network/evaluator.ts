// NetworkPolicy v1, ingress between pods: https://kubernetes.io/docs/concepts/services-networking/network-policies/

export type Labels = Record<string, string>;

export interface LabelSelector {
  matchLabels?: Labels;
  matchExpressions?: LabelRequirement[];
}

export interface LabelRequirement {
  key: string;
  operator: string;
  values?: string[];
}

export interface Peer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: object;
}

export interface PolicyPort {
  protocol?: string;
  port?: number | string;
  endPort?: number;
}

export interface IngressRule {
  from?: Peer[];
  ports?: PolicyPort[];
}

export interface NetworkPolicy {
  namespace: string;
  podSelector: LabelSelector;
  policyTypes?: string[];
  ingress?: IngressRule[];
  egress?: object[];
}

export interface NamedPort {
  name?: string;
  protocol?: string;
  containerPort: number;
}

export interface Pod {
  namespace: string;
  labels: Labels;
  ports?: NamedPort[];
}

/** Labels of namespaces, by name. */
export type Namespaces = Record<string, Labels>;

export interface Attempt {
  from: Pod;
  to: Pod;
  port: number;
  /** @default TCP */
  protocol?: string;
}

/** Whether a network plugin that enforces the policies lets a pod connect to a port of another. */
export function mayConnect(attempt: Attempt, policies: NetworkPolicy[], namespaces: Namespaces): boolean {
  const { from, to } = attempt;
  if (from === to) return true;
  const selecting = policies.filter(
    (policy) =>
      policy.namespace === to.namespace && isIngress(policy) && selects(policy.podSelector, to.labels),
  );
  if (selecting.length === 0) return true;
  return selecting.some(({ namespace, ingress = [] }) =>
    ingress.some((rule) => isFrom(rule, from, namespace, namespaces) && isToPort(rule, attempt)),
  );
}

/** Without policyTypes every policy is about ingress, whether it has rules for it or not. */
function isIngress({ policyTypes }: NetworkPolicy): boolean {
  return policyTypes === undefined || policyTypes.length === 0 || policyTypes.includes("Ingress");
}

/** No peers at all: everybody. */
function isFrom({ from = [] }: IngressRule, pod: Pod, namespace: string, namespaces: Namespaces): boolean {
  return from.length === 0 || from.some((peer) => isPeer(peer, pod, namespace, namespaces));
}

/** A pod selector alone stays in the policy's namespace; a namespace selector alone takes all pods of the namespaces. */
function isPeer(peer: Peer, pod: Pod, namespace: string, namespaces: Namespaces): boolean {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (ipBlock || (!podSelector && !namespaceSelector)) {
    throw new Error(`Cannot tell for pods whether they are ${JSON.stringify(peer)}`);
  }
  const labels = namespaces[pod.namespace];
  if (!labels) throw new Error(`Namespace ${pod.namespace} is unknown`);
  const inNamespace = namespaceSelector ? selects(namespaceSelector, labels) : pod.namespace === namespace;
  return inNamespace && (!podSelector || selects(podSelector, pod.labels));
}

/** No ports at all: every port. */
function isToPort({ ports = [] }: IngressRule, attempt: Attempt): boolean {
  return ports.length === 0 || ports.some((port) => isPort(port, attempt));
}

/** A name means the destination's port of that name and protocol; a pod may have none. */
function isPort(allowed: PolicyPort, { to, port, protocol = "TCP" }: Attempt): boolean {
  const { protocol: wanted = "TCP", port: first, endPort } = allowed;
  if (protocol !== wanted) return false;
  if (first === undefined) return true;
  if (typeof first === "number") return port >= first && port <= (endPort ?? first);
  if (endPort !== undefined) throw new Error(`endPort goes with numbers, not with "${first}"`);
  return (to.ports ?? []).some(
    (each) => each.name === first && (each.protocol ?? "TCP") === protocol && each.containerPort === port,
  );
}

/** Every requirement must hold; without any, everything is selected. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((requirement) => holds(requirement, labels))
  );
}

/** NotIn holds for a label that is absent. */
function holds({ key, operator, values = [] }: LabelRequirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      throw new Error(`"${operator}" is no operator of label selectors`);
  }
}
