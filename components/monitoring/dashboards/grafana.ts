import type { Dashboard, Panel, Query, Row, Threshold, Variable } from "./panels";

/** A dashboard in Grafana's format. A test compares this type with Grafana's own. */
export type GrafanaDashboard = ReturnType<typeof grafanaDashboard>;
type GridPosition = { x: number; y: number; w: number; h: number };

/** What the dashboards show at first, and what tells them from those of other installations. */
export interface Selection {
  /** Suffix of the identifiers. */
  readonly id: string;
  /** Suffix of the titles. */
  readonly title: string;
  readonly values: Readonly<Partial<Record<Variable["name"], string>>>;
}

const TAG = "ha-celery";
/** Version of the format, as Grafana 11 writes it. Later versions convert it. */
const SCHEMA_VERSION = 39;
const WIDTH = 24;
const HEIGHT = { stat: 4, timeseries: 8, table: 8, "state-timeline": 8 } as const;
/** The Prometheus that the reader selects. */
const DATA_SOURCE = { type: "prometheus", uid: "${datasource}" };

export function grafanaDashboard(dashboard: Dashboard, selection?: Selection) {
  const { id, title, variables, rows } = dashboard;
  return {
    uid: ["ha-celery", id, ...(selection ? [selection.id] : [])].join("-"),
    title: selection ? `${title} (${selection.title})` : title,
    tags: [TAG],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    // The crosshair of one panel shows in all others.
    graphTooltip: 1 as const,
    refresh: "30s",
    time: { from: "now-1h", to: "now" },
    timezone: "browser",
    links: [
      {
        type: "dashboards" as const,
        title: "",
        icon: "",
        tooltip: "",
        tags: [TAG],
        asDropdown: false,
        includeVars: true,
        keepTime: true,
        targetBlank: false,
      },
    ],
    templating: {
      list: [
        dataSource(),
        ...variables.map((variable) => listOf(variable, selection?.values[variable.name])),
      ],
    },
    annotations: { list: [] },
    panels: panelsOf(rows),
  };
}

const dataSource = () => ({
  type: "datasource" as const,
  name: "datasource",
  label: "Prometheus",
  query: "prometheus",
});

function listOf({ name, label, series, from, several = false }: Variable, value?: string) {
  const all = several ? "$__all" : undefined;
  const current = value ?? all;
  return {
    type: "query" as const,
    name,
    label,
    datasource: DATA_SOURCE,
    query: { query: `label_values(${series},${from})`, refId: name },
    // Reads the choices again when the time range changes.
    refresh: 2 as const,
    sort: 1 as const,
    multi: several,
    includeAll: several,
    ...(several && { allValue: ".+" }),
    ...(current && { current: { text: current === all ? "All" : current, value: current } }),
  };
}

/** Lays the panels out from left to right, below their row's heading. */
function panelsOf(rows: readonly Row[]) {
  const placed: (ReturnType<typeof headingOf> | ReturnType<typeof panelOf>)[] = [];
  let y = 0;
  for (const { title, columns, panels } of rows) {
    placed.push(headingOf(title, placed.length + 1, y));
    y += 1;
    const width = WIDTH / columns;
    for (let first = 0; first < panels.length; first += columns) {
      const line = panels.slice(first, first + columns);
      const h = Math.max(...line.map(({ kind }) => HEIGHT[kind]));
      for (const [index, panel] of line.entries())
        placed.push(panelOf(panel, placed.length + 1, { x: index * width, y, w: width, h }));
      y += h;
    }
  }
  return placed;
}

const headingOf = (title: string, id: number, y: number) => ({
  id,
  type: "row" as const,
  title,
  collapsed: false,
  panels: [],
  gridPos: { x: 0, y, w: WIDTH, h: 1 },
});

function panelOf(panel: Panel, id: number, gridPos: GridPosition) {
  const { kind, title, description, unit, queries } = panel;
  return {
    id,
    type: kind,
    title,
    ...(description && { description }),
    gridPos,
    datasource: DATA_SOURCE,
    fieldConfig: {
      defaults: { unit, ...look(panel) },
      overrides: kind === "table" ? columnNames(queries) : [],
    },
    options: OPTIONS[kind],
    ...(kind === "table" && { transformations: ONE_TABLE }),
    targets: queries.map((query, index) => targetOf(query, refId(index), kind)),
  };
}

const refId = (index: number): string => String.fromCharCode("A".charCodeAt(0) + index);

function targetOf({ expr, legend }: Query, id: string, kind: Panel["kind"]) {
  const isTable = kind === "table";
  return {
    refId: id,
    datasource: DATA_SOURCE,
    expr,
    editorMode: "code",
    ...(isTable ? { instant: true, range: false, format: "table" } : { instant: false, range: true }),
    legendFormat: legend ?? "__auto",
  };
}

function look(panel: Panel) {
  if (panel.kind === "timeseries") return { custom: FIELDS.timeseries, min: 0 };
  if (panel.kind === "table") return {};
  const { thresholds, texts, kind } = panel;
  return {
    ...(kind === "state-timeline" && { custom: FIELDS[kind] }),
    ...(thresholds && { color: { mode: "thresholds" as const }, thresholds: steps(thresholds) }),
    ...(texts && { mappings: [{ type: "value" as const, options: textsOf(texts) }] }),
  };
}

/** The first step has no lower limit in Grafana's format. */
const steps = (thresholds: readonly Threshold[]) => ({
  mode: "absolute" as const,
  steps: thresholds.map(({ from, color }, index) => ({ color, value: index === 0 ? null : from })),
});

const textsOf = (texts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(texts).map(([value, text], index) => [value, { text, index }]));

const LEGEND = { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] } as const;

/** Options of each kind of panel. */
export const OPTIONS = {
  stat: {
    reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
    colorMode: "value",
    graphMode: "area",
    textMode: "auto",
    justifyMode: "auto",
    orientation: "auto",
    wideLayout: true,
    percentChangeColorMode: "standard",
    showPercentChange: false,
  },
  timeseries: { legend: LEGEND, tooltip: { mode: "multi", sort: "desc" } },
  "state-timeline": {
    legend: LEGEND,
    tooltip: { mode: "single", sort: "none" },
    showValue: "auto",
    mergeValues: true,
    rowHeight: 0.9,
    alignValue: "left",
  },
  table: { showHeader: true, cellHeight: "sm", frameIndex: 0 },
} as const;

/** Fields of each kind of panel, besides the common ones. */
export const FIELDS = {
  timeseries: { fillOpacity: 8, showPoints: "never" },
  "state-timeline": { fillOpacity: 80 },
} as const;

/** Joins the queries' results, and leaves out the time of each. */
const ONE_TABLE = [
  { id: "merge", options: {} },
  { id: "organize", options: { excludeByName: { Time: true }, indexByName: {}, renameByName: {} } },
];

const columnNames = (queries: readonly Query[]) =>
  queries.map(({ legend = "" }, index) => ({
    matcher: { id: "byName", options: `Value #${refId(index)}` },
    properties: [{ id: "displayName", value: legend }],
  }));
