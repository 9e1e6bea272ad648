import { createHash } from "node:crypto";
import type * as k8s from "@pulumi/kubernetes";
import type { ResolvedMonitoring } from "../resolve";
import { metadata } from "../scrapes";
import { broker } from "./broker";
import { drills } from "./drills";
import { type GrafanaDashboard, grafanaDashboard, type Selection } from "./grafana";
import { overview } from "./overview";
import type { Dashboard } from "./panels";
import { workers } from "./workers";

/** All dashboards, as data. */
export const DASHBOARDS: readonly Dashboard[] = [overview, broker, workers, drills];

/** By which the sidecar of Grafana's Helm charts finds ConfigMaps with dashboards. */
const SIDECAR_LABEL = { grafana_dashboard: "1" };
/** What all metrics of single queues begin with. */
const PER_QUEUE = "rabbitmq_detailed_";

/** The dashboards in Grafana's format, for any installation. */
export const anyDashboards = (): GrafanaDashboard[] =>
  DASHBOARDS.map((dashboard) => grafanaDashboard(dashboard));

/** The dashboards of one installation, by file name. */
export function dashboardFiles(monitoring: ResolvedMonitoring, namespace: string): Record<string, string> {
  const { name, broker: watched, perQueue, workers: pools } = monitoring;
  const selection: Selection = {
    // Grafana allows 40 characters.
    id: createHash("sha256").update(`${namespace}/${name}`).digest("hex").slice(0, 8),
    title: `${namespace}/${name}`,
    values: { namespace, broker: watched.name },
  };
  return Object.fromEntries(
    DASHBOARDS.filter(({ id }) => id !== workers.id || pools.length > 0).map((dashboard) => [
      `${namespace}-${name}-${dashboard.id}.json`,
      JSON.stringify(grafanaDashboard(perQueue ? dashboard : withoutQueues(dashboard), selection)),
    ]),
  );
}

/** Leaves out the panels whose metrics are not read. */
const withoutQueues = (dashboard: Dashboard): Dashboard => ({
  ...dashboard,
  rows: dashboard.rows.map((row) => ({
    ...row,
    panels: row.panels.filter(({ queries }) => !queries.some(({ expr }) => expr.includes(PER_QUEUE))),
  })),
});

/** ConfigMap that the sidecar of Grafana reads. */
export function dashboardsConfigMap(
  monitoring: ResolvedMonitoring,
  data: k8s.core.v1.ConfigMapArgs["data"],
): k8s.core.v1.ConfigMapArgs {
  const { labels, ...rest } = metadata(monitoring);
  return { metadata: { ...rest, labels: { ...labels, ...SIDECAR_LABEL } }, data };
}
