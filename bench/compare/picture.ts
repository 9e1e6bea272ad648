import { max, median } from "d3-array";
import { element, line, text } from "../../operate/drill/report/svg";
import { COMPARED } from "./designs";
import { NAMES, ofPair } from "./report";
import type { Result } from "./results";

const [LEFT, TOP, COLUMN, GAP, ROW] = [96, 76, 150, 18, 44];
const BAR = 12;

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const LIGHT =
  ".page{fill:#fff;stroke:#d0d7de}text{fill:#1f2328}.quiet{fill:#59636e}.axis{stroke:#8c959f}.pause{fill:#8c959f}.lost{fill:#c62828}.lost-text{fill:#b3261e}.none{fill:#00694d}";
const DARK =
  ".page{fill:#0d1117;stroke:#30363d}text{fill:#e6edf3}.quiet{fill:#9198a1}.axis{stroke:#6e7681}.pause{fill:#6e7681}.lost{fill:#ff5f56}.lost-text{fill:#ff8a80}.none{fill:#3fd0a5}";
const STYLE = `text{font-family:${FONT};font-size:12px}.title{font-size:18px;font-weight:600}.strong{font-weight:600}.small{font-size:11px}${LIGHT}@media (prefers-color-scheme: dark){${DARK}}`;

/** The worst loss and the longest median pause of a design under a fault. */
interface Cell {
  readonly lost: number;
  readonly pause: number;
}

/** Bars of all designs for each fault: lost tasks in red, and the longer of both gaps in gray. */
export function picture(results: readonly Result[]): string {
  const designs = NAMES.filter((design) => results.some((each) => each.design === design));
  const cells = COMPARED.map((scene) => designs.map((design) => cellOf(ofPair(results, scene, design))));
  const known = cells.flat().filter((cell) => cell !== undefined);
  const [mostLost, longest] = [max(known, ({ lost }) => lost) ?? 0, max(known, ({ pause }) => pause) ?? 0];
  const width = LEFT + COMPARED.length * (COLUMN + GAP) + 24;
  const height = TOP + designs.length * ROW + 24;
  const names = designs.map((design, index) =>
    text(
      {
        x: LEFT - 14,
        y: TOP + index * ROW + 22,
        "text-anchor": "end",
        class: index === 0 ? "strong" : undefined,
      },
      design,
    ),
  );
  const columns = COMPARED.flatMap((scene, column) => {
    const x = LEFT + column * (COLUMN + GAP);
    return [
      text({ x, y: TOP - 12, class: "strong" }, scene),
      line(x, TOP, x, TOP + designs.length * ROW, "axis"),
      ...(cells[column] ?? []).flatMap((cell, row) => bars(cell, x, TOP + row * ROW, mostLost, longest)),
    ];
  });
  return `${element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, role: "img" },
    element("title", {}, "Lost tasks and pauses of each design under each fault"),
    element("style", {}, STYLE),
    element("rect", { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 6, class: "page" }),
    text({ x: 24, y: 32, class: "title" }, "Tasks lost, and the longest pause"),
    text(
      { x: width - 24, y: 32, "text-anchor": "end", class: "quiet" },
      "red: lost, worst round - gray: seconds without a publish or a finished task, median",
    ),
    ...names,
    ...columns,
  )}\n`;
}

/** Undefined if no round has figures. */
function cellOf(results: readonly Result[]): Cell | undefined {
  const figures = results.flatMap((each) => (each.figures ? [each.figures] : []));
  if (figures.length === 0) return undefined;
  const pauses = figures.map((each) => Math.max(each.publishGapSeconds ?? 0, each.consumeGapSeconds ?? 0));
  return { lost: max(figures, ({ lost }) => lost) ?? 0, pause: median(pauses) ?? 0 };
}

function bars(cell: Cell | undefined, x: number, y: number, mostLost: number, longest: number): string[] {
  if (!cell) return [text({ x: x + 8, y: y + 22, class: "quiet small" }, "not measured")];
  // Room for the number behind the longest bar.
  const room = COLUMN - 62;
  const bar = (value: number, most: number, top: number, kind: string) => {
    const width = most === 0 || value === 0 ? 0 : Math.max(2, (value / most) * room);
    return { end: x + width, shape: element("rect", { x, y: top, width, height: BAR, class: kind }) };
  };
  const [lost, pause] = [
    bar(cell.lost, mostLost, y + 8, "lost"),
    bar(cell.pause, longest, y + 8 + BAR + 2, "pause"),
  ];
  return [
    lost.shape,
    text(
      { x: lost.end + 6, y: y + 18, class: cell.lost ? "lost-text small strong" : "none small strong" },
      `${cell.lost} lost`,
    ),
    pause.shape,
    text({ x: pause.end + 6, y: y + 32, class: "quiet small" }, `${cell.pause.toFixed(1)} s`),
  ];
}
