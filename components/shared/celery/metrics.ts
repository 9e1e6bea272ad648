import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { CeleryMetrics } from "../../types";
import { type Checks, each, fields, namespaceName, unchecked, wholeNumber } from "../checks";
import type { Identity } from "../labels";
import { fromNamespaces, tcp } from "../networkPolicies";
import { METRICS, VARIABLES } from "./contract";

/** Metrics that the pods serve. */
export interface ServedMetrics {
  port: number;
  monitoringNamespaces: string[];
}

export interface MeasuredPod extends Identity {
  namespace: pulumi.Input<string>;
  /** Undefined without metrics. */
  served?: ServedMetrics;
}

export function servedMetrics(options: {
  metrics?: CeleryMetrics;
  inject?: boolean;
}): ServedMetrics | undefined {
  const { enabled, port, monitoringNamespaces } = options.metrics ?? {};
  if (!(enabled ?? !options.inject)) return undefined;
  return { port: port ?? METRICS.fallback, monitoringNamespaces: monitoringNamespaces ?? [] };
}

const checks: Checks<CeleryMetrics> = {
  enabled: unchecked,
  port: wholeNumber({
    why: "a process without root may not open others",
    least: METRICS.least,
    most: METRICS.most,
  }),
  monitoringNamespaces: each(namespaceName),
};

export const metrics = fields(checks);

export const metricsVariables = ({ served }: MeasuredPod): Record<string, string> =>
  served ? { [VARIABLES.metricsPort]: String(served.port) } : {};

export const metricsPorts = ({ served }: MeasuredPod): Pick<k8s.types.input.core.v1.Container, "ports"> =>
  served ? { ports: [{ name: METRICS.name, containerPort: served.port, protocol: "TCP" }] } : {};

/** For Prometheus servers that find pods by annotations. */
export const metricsAnnotations = ({ served }: MeasuredPod): Record<string, string> =>
  served ? { "prometheus.io/scrape": "true", "prometheus.io/port": String(served.port) } : {};

/** Creates a NetworkPolicy that admits the monitoring, if there is one to admit, and nobody else. */
export function admitMonitoring(parent: pulumi.Resource, pod: MeasuredPod): void {
  const { name, namespace, labels, selector, served } = pod;
  if (!served || served.monitoringNamespaces.length === 0) return;
  new k8s.networking.v1.NetworkPolicy(
    `${name}-monitoring`,
    {
      metadata: { namespace, labels },
      spec: {
        podSelector: { matchLabels: selector },
        policyTypes: ["Ingress"],
        ingress: fromNamespaces(served.monitoringNamespaces, [tcp(served.port)]),
      },
    },
    { parent },
  );
}
