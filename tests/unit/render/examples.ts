import { type KubernetesObject } from "../../../render/yaml";
import { renderStack } from "../../../render/stack";
import { configurationOf, type Overrides } from "../../../render/stackConfig";

/** Required configuration that depends on the environment, by target. */
const ENVIRONMENTS: Record<string, Overrides> = {
  local: { kubeContext: "here", imageRepository: "registry.example.com/team" },
  existing: { kubeContext: "here", imageRepository: "registry.example.com/team" },
  gke: { "gcp:project": "example-project" },
};

/** Returns the configuration that a stack needs to be rendered. */
export function exampleOf(stack: string): Overrides {
  return ENVIRONMENTS[String(configurationOf(stack)["ha-celery:target"])] ?? {};
}

/** Configuration that enables the optional features, for a stack that is not on GKE. */
export const EVERYTHING: Overrides = {
  brokerTlsSecret: "broker-certificate",
  brokerTlsServerName: "rabbitmq.example.com",
  passwordRevision: "1",
  beat: '{"enabled":true}',
  scheduledDrills: '{"scenes":["drain","broker-kill"],"schedule":"0 3 * * 1"}',
  clientNamespaces: '["elsewhere"]',
  monitoringNamespaces: '["monitoring"]',
  workerPools: JSON.stringify([
    { name: "steady", nodeSelector: { disk: "ssd" }, tolerations: [{ key: "batch", operator: "Exists" }] },
    { name: "cpu", autoscale: { maxReplicas: 9 } },
    { name: "queues", autoscale: { by: "queueLength", maxReplicas: 9 } },
  ]),
};

/** Returns a recognizable fake password, which tests can search for. */
export const passwordOf = (name: string): string => `password-of-${name}`;

/** Renders the objects of a stack. */
export function rendered(stack: string, overrides: Overrides = {}): Promise<KubernetesObject[]> {
  return renderStack(stack, { overrides: { ...exampleOf(stack), ...overrides }, password: passwordOf });
}
