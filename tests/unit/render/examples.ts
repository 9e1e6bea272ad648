import { type KubernetesObject } from "../../../render/yaml";
import { renderStack } from "../../../render/stack";
import { configurationOf, type Overrides } from "../../../render/stackConfig";

/** What a stack must be told about the place it runs in, by its target. */
const PLACES: Record<string, Overrides> = {
  local: { kubeContext: "here", imageRepository: "registry.example.com/team" },
  existing: { kubeContext: "here", imageRepository: "registry.example.com/team" },
  gke: { "gcp:project": "example-project" },
};

/** Configuration with which a stack can be rendered anywhere. */
export function exampleOf(stack: string): Overrides {
  return PLACES[String(configurationOf(stack)["ha-celery:target"])] ?? {};
}

/** What the stacks leave switched off, for a stack that is not on GKE. */
export const EVERYTHING: Overrides = {
  brokerTlsSecret: "broker-certificate",
  brokerTlsServerName: "rabbitmq.example.com",
  passwordRevision: "1",
  beat: '{"enabled":true}',
  clientNamespaces: '["elsewhere"]',
  monitoringNamespaces: '["monitoring"]',
  workerPools: JSON.stringify([
    { name: "steady", nodeSelector: { disk: "ssd" }, tolerations: [{ key: "batch", operator: "Exists" }] },
    { name: "cpu", autoscale: { maxReplicas: 9 } },
    { name: "queues", autoscale: { by: "queueLength", maxReplicas: 9 } },
  ]),
};

/** A password that nobody mistakes for a real one, and that is found again wherever it shows. */
export const passwordOf = (name: string): string => `password-of-${name}`;

/** The objects of a stack, as anybody can render them. */
export function rendered(stack: string, overrides: Overrides = {}): Promise<KubernetesObject[]> {
  return renderStack(stack, { overrides: { ...exampleOf(stack), ...overrides }, password: passwordOf });
}
