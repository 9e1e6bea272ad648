import type * as pulumi from "@pulumi/pulumi";
import type { BrokerTrust } from "../types";

/** What reads the metrics. The pods have annotations of `prometheus.io` in any case, for a Prometheus that finds them
 * by those. */
export const Scraper = {
  /** Prometheus Operator: PodMonitors and a PrometheusRule. */
  PodMonitor: "podMonitor",
  /** Google Cloud Managed Service for Prometheus: PodMonitorings and Rules. Samples are billed. */
  PodMonitoring: "podMonitoring",
  /** A Prometheus without operator: a ConfigMap with `scrapes.json` for its `scrape_config_files` and `alerts.json`
   * for its `rule_files`. See `docs/how-to/monitoring.md`. */
  ConfigMap: "configMap",
} as const;
/** A value of the constant of the same name. */
export type Scraper = (typeof Scraper)[keyof typeof Scraper];

/** Arguments that `Monitoring` shares with the monitoring of a `HaCelery`. They change in place. */
export interface MonitoringOptions {
  /** What reads the metrics. Its custom resources must exist in the Kubernetes cluster.
   * @default `podMonitor` */
  by?: Scraper;
  /** Labels by which a Prometheus selects its PodMonitors and rules, for example
   * `{ release: "kube-prometheus-stack" }`.
   * @default none */
  labels?: Record<string, string>;
  /** Interval of the scrapes, in seconds.
   * @default 30 */
  intervalSeconds?: number;
  /** Whether to read messages and consumers of each queue. Adds four series per queue and broker node. The alerts and
   * panels of single queues need it.
   * @default true */
  perQueue?: boolean;
  /** Number of queues up to which each one is read. Where there are more, Prometheus discards the metrics of all
   * queues, and the alert `HaCeleryQueuesNotRead` says so.
   * @default 1000 */
  mostQueues?: number;
  /** Whether to create the alerts of `docs/reference/alerts.md`.
   * @default true */
  alerts?: boolean;
  /** Whether to create a ConfigMap with Grafana dashboards, labeled `grafana_dashboard: "1"` for the sidecar of
   * Grafana's Helm charts.
   * @default true */
  dashboards?: boolean;
  /** Time that tasks may wait in their queue before an alert, in seconds.
   * @default 300 */
  longestWaitSeconds?: number;
}

/** The broker that is monitored. */
export interface MonitoredBroker {
  /** Name of the `RabbitMqCluster`. */
  name: string;
  /** Number of its nodes.
   * @default 3 */
  replicas?: number;
  /** How to verify its certificate, `RabbitMqCluster.connection.trust`.
   * @default none; without TLS */
  trust?: BrokerTrust;
}

/** Arguments of `Monitoring`. */
export interface MonitoringArgs extends MonitoringOptions {
  /** Namespace of the pods and of every object. */
  namespace: pulumi.Input<string>;
  /** The broker. */
  broker: MonitoredBroker;
  /** Names of the `CeleryWorkers`.
   * @default none */
  workers?: string[];
  /** Name of the `CeleryBeat`.
   * @default none */
  beat?: string;
}
