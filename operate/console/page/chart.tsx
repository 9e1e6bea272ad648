import { useState } from "preact/hooks";
import { niceAbove, positionIn, type Span, timeTicks } from "../axis";
import type { Change } from "../difference";
import { count } from "../format";
import { GAP_MS, type Series } from "../history";
import { clock, shortClock } from "./time";

export interface Line {
  readonly label: string;
  /** Class that sets the color. */
  readonly color: string;
  readonly series: Series;
  /** Down to 0. */
  readonly filled?: boolean;
  /** Each value lasts until the next one. */
  readonly stepped?: boolean;
}

/** A time span with a background. */
export interface Shade {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly kind: "fault" | "recovery" | "gap";
  readonly label?: string;
}

interface ChartProps {
  /** What the chart shows, for readers who do not see it. */
  readonly title: string;
  readonly lines: readonly Line[];
  readonly span: Span;
  /** Formats a value. */
  readonly format?: (value: number) => string;
  /** Changes drawn as vertical lines. */
  readonly changes?: readonly Change[];
  /** Below 0, too. */
  readonly signed?: boolean;
  /** Without the times below. */
  readonly bare?: boolean;
  readonly shades?: readonly Shade[];
  /** Highest value of the axis. By default, that of the lines. */
  readonly most?: number;
  readonly small?: boolean;
}

const WIDTH = 1000;
const HEIGHT = 100;

/** Values over time. Text is HTML above the stretched SVG, so that it keeps its size on every screen. */
export function Chart(props: ChartProps) {
  const { title, lines, span, format = count, changes = [], signed, bare } = props;
  const { shades = [], most, small } = props;
  const [pointed, setPointed] = useState<number>();
  const highest = Math.max(
    0,
    ...lines.flatMap(({ series }) => series.map(({ value }) => Math.abs(value ?? 0))),
  );
  const top = niceAbove(most ?? highest);
  const bottom = signed ? -top : 0;
  const y = (value: number) => HEIGHT - ((value - bottom) / (top - bottom)) * HEIGHT;
  const x = (at: number) => positionIn(span, at) * WIDTH;
  const ticks = signed ? [top, 0, -top] : small ? [top, 0] : [top, top / 2, 0];
  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    setPointed(span.from + ((event.clientX - box.left) / box.width) * (span.to - span.from));
  };
  const last = lines
    .map(({ label, series }) => `${label} now ${said(series.at(-1)?.value, format)}`)
    .join(", ");
  return (
    <figure class="chart">
      <div
        class={small ? "plot small" : "plot"}
        onPointerMove={point}
        onPointerLeave={() => setPointed(undefined)}
      >
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}: ${last}, highest ${format(highest)}`}
        >
          {shades.map(({ from, to, kind }) => (
            <rect
              key={`${kind} ${from}`}
              class={`shade ${kind}`}
              x={x(from)}
              y="0"
              width={Math.max(0, x(to) - x(from))}
              height={HEIGHT}
            />
          ))}
          {ticks.map((value) => (
            <line
              key={value}
              class={value === 0 ? "base" : "grid"}
              x1="0"
              x2={WIDTH}
              y1={y(value)}
              y2={y(value)}
            />
          ))}
          {changes.map((change, index) => (
            <line
              key={index}
              class={`mark ${change.mood}`}
              x1={x(change.at)}
              x2={x(change.at)}
              y1="0"
              y2={HEIGHT}
            />
          ))}
          {lines.map(({ label, color, series, filled, stepped }) => {
            const parts = paths(series, x, y).map(stepped ? steps : same);
            return (
              <g key={label} class={color}>
                {filled && <path class="area" d={parts.map((each) => closed(each, y(0))).join("")} />}
                <path class="line" d={parts.map(open).join("")} />
              </g>
            );
          })}
          {pointed !== undefined && (
            <line class="cursor" x1={x(pointed)} x2={x(pointed)} y1="0" y2={HEIGHT} />
          )}
        </svg>
        {shades.map(
          ({ from, to, label }) =>
            label !== undefined && (
              <span key={from} class="shade-label" style={{ left: `${x((from + to) / 2) / 10}%` }}>
                {label}
              </span>
            ),
        )}
        {ticks.map((value) => (
          <span key={value} class="y-tick" style={{ top: `${y(value)}%` }} aria-hidden="true">
            {format(value)}
          </span>
        ))}
        {pointed !== undefined && (
          <Readings at={pointed} lines={lines} format={format} left={positionIn(span, pointed)} />
        )}
      </div>
      {!bare && <TimeAxis span={span} />}
    </figure>
  );
}

export const TimeAxis = ({ span }: { span: Span }) => (
  <div class="x-axis times" aria-hidden="true">
    {timeTicks(span, 6).map((at) => (
      <span key={at} style={{ left: `${positionIn(span, at) * 100}%` }}>
        {shortClock(at)}
      </span>
    ))}
  </div>
);

/** The values at the pointer. */
function Readings({
  at,
  lines,
  format,
  left,
}: {
  at: number;
  lines: readonly Line[];
  format: (value: number) => string;
  left: number;
}) {
  return (
    <div class={left > 0.6 ? "readings left" : "readings"} style={{ left: `${left * 100}%` }}>
      <strong>{clock(at)}</strong>
      {lines.map(({ label, color, series }) => (
        <span key={label} class={color}>
          <i class="swatch" /> {label} {said(nearest(series, at), format)}
        </span>
      ))}
    </div>
  );
}

export const Legend = ({ lines }: { lines: readonly Line[] }) => (
  <div class="legend">
    {lines.map(({ label, color }) => (
      <span key={label} class={color}>
        <i class="swatch" /> {label}
      </span>
    ))}
  </div>
);

/** More would not be seen. */
const SPARK_POINTS = 120;

/** A line without axes, for a row of a table. */
export function Sparkline({ series, span }: { series: Series; span: Span }) {
  const top = niceAbove(Math.max(0, ...series.map(({ value }) => value ?? 0)));
  const x = (at: number) => positionIn(span, at) * 100;
  const y = (value: number) => 23 - (value / top) * 21;
  const shown = series.filter(({ at }) => at >= span.from);
  const step = Math.ceil(shown.length / SPARK_POINTS);
  const lines = paths(
    shown.filter((_, index) => (shown.length - 1 - index) % step === 0),
    x,
    y,
    GAP_MS * step,
  );
  return (
    <svg class="spark depth" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
      <path class="area" d={lines.map((each) => closed(each, 23)).join("")} />
      <path class="line" d={lines.map(open).join("")} />
    </svg>
  );
}

type Point = readonly [x: number, y: number];

/** Points of a series, cut where it is unknown. */
function paths(
  series: Series,
  x: (at: number) => number,
  y: (value: number) => number,
  gap = GAP_MS,
): Point[][] {
  const parts: Point[][] = [];
  let last = -Infinity;
  for (const { at, value } of series) {
    if (value === undefined) {
      last = -Infinity;
      continue;
    }
    if (at - last > gap) parts.push([]);
    parts.at(-1)?.push([x(at), y(value)]);
    last = at;
  }
  return parts;
}

const same = (points: readonly Point[]): readonly Point[] => points;

/** Adds the corners of a line whose values last until the next one. */
const steps = (points: readonly Point[]): Point[] =>
  points.flatMap(([x, y], index): Point[] => {
    const before = points[index - 1];
    return before
      ? [
          [x, before[1]],
          [x, y],
        ]
      : [[x, y]];
  });

const open = (points: readonly Point[]): string =>
  `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;

const closed = (points: readonly Point[], base: number): string =>
  `${open(points)}L${points.at(-1)?.[0].toFixed(1)} ${base}L${points[0]?.[0].toFixed(1)} ${base}Z`;

function nearest(series: Series, at: number): number | undefined {
  let best: Series[number] | undefined;
  for (const point of series) if (!best || Math.abs(point.at - at) < Math.abs(best.at - at)) best = point;
  return best && Math.abs(best.at - at) <= GAP_MS ? best.value : undefined;
}

const said = (value: number | undefined, format: (value: number) => string): string =>
  value === undefined ? "unknown" : format(value);
