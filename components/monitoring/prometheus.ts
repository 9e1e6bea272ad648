import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { BrokerTrust } from "../types";
import type { ResolvedMonitoring } from "./resolve";
import { ruleGroups } from "./rules";
import { INSTANCE, INSTANCE_LABEL, interval, metadata, type Scrape, scrapesOf } from "./scrapes";

/** Values of the arguments that may be outputs. */
export interface KnownValues {
  readonly namespace: string;
  /** How to verify the broker's certificate. Undefined without TLS. */
  readonly trust?: pulumi.Unwrap<BrokerTrust>;
}

/** Folder in which a Prometheus without operator has the Secret with the broker's CA certificates: that of the
 * Prometheus Operator. */
export const secretFolder = (secretName: string): string => `/etc/prometheus/secrets/${secretName}`;

/** The scrapes and alerts as Prometheus itself reads them, by file name. JSON is YAML. */
export function prometheusFiles(monitoring: ResolvedMonitoring, known: KnownValues): Record<string, string> {
  const scrapeConfigs = scrapesOf(monitoring).map((scrape) => scrapeConfig(monitoring, scrape, known));
  return {
    "scrapes.json": json({ scrape_configs: scrapeConfigs }),
    ...(monitoring.alerts && { "alerts.json": json({ groups: ruleGroups(monitoring, known.namespace) }) }),
  };
}

/** The ConfigMap with the files. */
export const prometheusConfigMap = (
  monitoring: ResolvedMonitoring,
  files: pulumi.Input<Record<string, string> | undefined>,
): k8s.core.v1.ConfigMapArgs => ({
  metadata: metadata(monitoring),
  data: pulumi.output(files).apply((known) => known ?? {}),
});

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const verification = ({ authority, serverName }: pulumi.Unwrap<BrokerTrust>) => ({
  ca_file: `${secretFolder(authority.secretName)}/${authority.key}`,
  server_name: serverName,
});

/** The same targets and labels as of a PodMonitor. */
function scrapeConfig(monitoring: ResolvedMonitoring, scrape: Scrape, known: KnownValues) {
  const { suffix, instances, endpoint, drop, mostSeries } = scrape;
  const { namespace } = known;
  const trust = scrape.trust && known.trust;
  const { port, scheme, path, params } = endpoint;
  const pod = "__meta_kubernetes_pod";
  return {
    job_name: `${namespace}/${monitoring.name}-${suffix}`,
    scrape_interval: interval(monitoring),
    ...(path && { metrics_path: path }),
    ...(params && { params }),
    ...(scheme && { scheme }),
    ...(trust && { tls_config: verification(trust) }),
    ...(mostSeries && { sample_limit: mostSeries }),
    kubernetes_sd_configs: [
      {
        role: "pod",
        namespaces: { names: [namespace] },
        selectors: [{ role: "pod", label: `${INSTANCE} in (${instances.join(",")})` }],
      },
    ],
    relabel_configs: [
      { action: "keep", source_labels: [`${pod}_container_port_name`], regex: port },
      { action: "drop", source_labels: [`${pod}_phase`], regex: "Succeeded|Failed" },
      { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
      { source_labels: [`${pod}_name`], target_label: "pod" },
      { source_labels: [`${pod}_container_name`], target_label: "container" },
      { source_labels: [`${pod}_label_${INSTANCE_LABEL}`], target_label: INSTANCE_LABEL },
    ],
    ...(drop && {
      metric_relabel_configs: [{ action: "drop", source_labels: ["__name__"], regex: drop }],
    }),
  };
}
