import type * as k8s from "@pulumi/kubernetes";

type Rule = k8s.types.input.networking.v1.NetworkPolicyIngressRule;
type Port = k8s.types.input.networking.v1.NetworkPolicyPort;
type Selector = k8s.types.input.meta.v1.LabelSelector;

export const tcp = (port: number): Port => ({ protocol: "TCP", port });

/** Admits all pods of these namespaces to the ports. */
export function fromNamespaces(namespaces: string[] = [], ports: Port[]): Rule[] {
  return namespaces.length > 0 ? [{ from: [{ namespaceSelector: named(namespaces) }], ports }] : [];
}

/** Namespaces by the label that the API server gives them, and that nobody can change. */
export const named = (namespaces: string[]): Selector => ({
  matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: namespaces }],
});
