import type { GrafanaDashboard } from "../../../../components/monitoring/dashboards/grafana";

/** Queries of all panels. */
export const queriesOf = ({ panels }: GrafanaDashboard): string[] =>
  panels.flatMap((panel) => ("targets" in panel ? panel.targets.map(({ expr }) => expr) : []));

/** Queries of the lists above the panels. */
export const choicesOf = ({ templating }: GrafanaDashboard): string[] =>
  templating.list.flatMap((variable) => ("refresh" in variable ? [variable.query.query] : []));
