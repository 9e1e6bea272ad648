import { max, min } from "d3-array";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { GrafanaDashboard } from "../components/monitoring/dashboards/grafana";

/** One line of a panel: points of time in seconds and value. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [time: number, value: number])[];
}

type Panel = GrafanaDashboard["panels"][number];
type Graph = Extract<Panel, { targets: unknown }>;

const COLORS = ["#3b7dd8", "#e0752d", "#37872d", "#c4162a", "#8f3bb8", "#0f8f9c", "#b8860b", "#d6336c"];
/** Pixels of one column and one row of Grafana's grid. */
const [COLUMN, ROW] = [55, 30];
const LONGEST_LEGEND = 6;

/** A dashboard as HTML: panels where Grafana has them, with values from Prometheus, by the panel's ID. */
export function drawDashboard(
  { title, panels }: GrafanaDashboard,
  values: ReadonlyMap<number, readonly Series[]>,
): string {
  const height = max(panels, ({ gridPos }) => gridPos.y + gridPos.h) ?? 0;
  const body = panels.map((panel) => place(panel, draw(panel, values.get(panel.id) ?? []))).join("");
  return `<!doctype html><meta charset="utf-8"><title>${escape(title)}</title><style>${STYLE}</style>
<h1>${escape(title)}</h1><main style="height:${height * ROW}px">${body}</main>`;
}

const STYLE = `body{font:12px Inter,sans-serif;margin:12px;width:${24 * COLUMN}px;background:#f4f5f5;color:#24292e}
h1{font-size:18px;margin:0 0 8px}main{position:relative}section{position:absolute;box-sizing:border-box;padding:2px}
section>div{background:#fff;border:1px solid #e4e5e6;border-radius:3px;height:100%;padding:6px;box-sizing:border-box;overflow:hidden}
h2{font-size:12px;margin:0 0 2px;font-weight:600}.row{font-weight:600;padding:6px 2px}.big{font-size:30px;text-align:center;margin-top:14px}
.big small{display:block;font-size:11px}.bigs{display:flex;justify-content:space-evenly}.legend span{margin-right:9px;white-space:nowrap}
text{font-size:10px;fill:#6b7075}td,th{text-align:right;padding:3px 10px 3px 0;font-weight:400}td:first-child{text-align:left}th{color:#6b7075}`;

function place({ gridPos: { x, y, w, h } }: Panel, content: string): string {
  const box = `left:${x * COLUMN}px;top:${y * ROW}px;width:${w * COLUMN}px;height:${h * ROW}px`;
  return `<section style="${box}">${content}</section>`;
}

function draw(panel: Panel, series: readonly Series[]): string {
  if (!("targets" in panel)) return `<p class="row">${escape(panel.title)}</p>`;
  const content =
    series.length === 0
      ? "No data"
      : { stat, table, timeseries: graph, "state-timeline": states }[panel.type](panel, series);
  return `<div><h2>${escape(panel.title)}</h2>${content}</div>`;
}

const latest = ({ points }: Series): number => points.at(-1)?.[1] ?? NaN;

function stat(panel: Graph, series: readonly Series[]): string {
  const one = (each: Series) =>
    `<div class="big" style="color:${colorOf(panel, latest(each))}">${format(latest(each), panel)}<small>${escape(each.name)}</small></div>`;
  return `<div class="bigs">${series.map(one).join("")}</div>`;
}

/** Names of series are `label of the row|column`. */
function table(panel: Graph, series: readonly Series[]): string {
  const cells = series.map((each) => [...each.name.split("|"), format(latest(each), panel)]);
  const columns = [...new Set(cells.map(([, column = ""]) => column))];
  const rows = [...new Set(cells.map(([row = ""]) => row))];
  const cell = (row: string, column: string) =>
    cells.find(([name, title]) => name === row && title === column)?.[2] ?? "";
  const head = columns.map((column) => `<th>${escape(column)}</th>`).join("");
  const lines = rows.map(
    (row) =>
      `<tr><td>${escape(row)}</td>${columns.map((column) => `<td>${cell(row, column)}</td>`).join("")}</tr>`,
  );
  return `<table><tr><th></th>${head}</tr>${lines.join("")}</table>`;
}

function graph(panel: Graph, series: readonly Series[]): string {
  const [width, height] = [panel.gridPos.w * COLUMN - 30, panel.gridPos.h * ROW - 66];
  const points = series.flatMap((each) => each.points);
  const x = scaleLinear(
    [min(points, ([time]) => time) ?? 0, max(points, ([time]) => time) ?? 1],
    [42, width],
  );
  const y = scaleLinear([0, (max(points, ([, value]) => value) ?? 0) || 1], [height, 6]).nice(4);
  const path = line<readonly [number, number]>(
    ([time]) => x(time),
    ([, value]) => y(value),
  ).defined(([, value]) => Number.isFinite(value));
  const grid = y
    .ticks(4)
    .map(
      (tick) =>
        `<path d="M42,${y(tick)}H${width}" stroke="#eceded"/><text x="0" y="${y(tick) + 3}">${format(tick, panel)}</text>`,
    );
  const lines = series.map(
    (each, index) =>
      `<path d="${path([...each.points]) ?? ""}" fill="none" stroke="${hue(index)}" stroke-width="1.4"/>`,
  );
  return `<svg width="${width}" height="${height + 4}">${grid.join("")}${lines.join("")}</svg>${legend(series)}`;
}

function states(panel: Graph, series: readonly Series[]): string {
  const width = panel.gridPos.w * COLUMN - 230;
  const points = series.flatMap((each) => each.points);
  const x = scaleLinear([min(points, ([time]) => time) ?? 0, max(points, ([time]) => time) ?? 1], [0, width]);
  const bars = series.map((each, index) => {
    const step = (each.points[1]?.[0] ?? 0) - (each.points[0]?.[0] ?? 0);
    const bar = each.points.map(
      ([time, value]) =>
        `<rect x="${200 + x(time)}" y="${index * 24}" width="${Math.max(1, x(time + step) - x(time) + 0.5)}" height="18" fill="${colorOf(panel, value)}"/>`,
    );
    return `<text x="0" y="${index * 24 + 13}">${escape(each.name)}</text>${bar.join("")}`;
  });
  return `<svg width="${width + 200}" height="${series.length * 24}">${bars.join("")}</svg>`;
}

function legend(series: readonly Series[]): string {
  const shown = series.slice(0, LONGEST_LEGEND);
  const rest = series.length > shown.length ? `and ${series.length - shown.length} more` : "";
  const one = ({ name }: Series, index: number) =>
    `<span style="color:${hue(index)}">■ ${escape(name)}</span>`;
  return `<div class="legend">${shown.map(one).join("")}${rest}</div>`;
}

const hue = (index: number): string => COLORS[index % COLORS.length] ?? "#000";

const NAMED: Record<string, string> = { green: "#37872d", orange: "#e0752d", red: "#c4162a" };

/** Color of the highest threshold that a value reaches. */
function colorOf({ fieldConfig }: Graph, value: number): string {
  const { defaults } = fieldConfig;
  const steps = "thresholds" in defaults ? (defaults.thresholds?.steps ?? []) : [];
  const reached = steps.filter((step) => step.value === null || value >= step.value).at(-1);
  return NAMED[reached?.color ?? ""] ?? "#37872d";
}

/** A value in the panel's unit, or the text that stands for it. */
function format(value: number, { fieldConfig }: Graph): string {
  const { defaults } = fieldConfig;
  const texts = "mappings" in defaults ? defaults.mappings?.[0]?.options : undefined;
  const text = texts?.[String(value)]?.text;
  if (text) return text;
  if (!Number.isFinite(value)) return "-";
  if (defaults.unit === "bytes") return `${(value / 2 ** 20).toFixed(0)} MiB`;
  if (defaults.unit === "percentunit") return `${(value * 100).toFixed(0)} %`;
  const short = Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
  return { s: `${short} s`, reqps: `${short}/s` }[defaults.unit as string] ?? short;
}

const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
