import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { consumeGaps } from "../verdict/consuming";
import type { Events, Timeline } from "../verdict/events";
import type { Span } from "../verdict/gaps";
import { publishGaps } from "../verdict/publishing";
import type { Verdict } from "../verdict/verdict";
import { headline } from "./figures";
import { heading } from "./heading";
import { type PlacedMark, placeLabels } from "./labels";
import { heightOfLanes, lanes } from "./lanes";
import { marksOf, shownGaps } from "./marks";
import { type Box, gapMark, ratePanel } from "./panel";
import { publishRates, secondsOf } from "./rates";
import { STYLE, TITLE_LEFT } from "./style";
import { element, escaped, line, text, widthOf } from "./svg";

const WIDTH = 1080;
const LEFT = 204;
const RIGHT = WIDTH - 28;
const PUBLISH_HEIGHT = 110;
const LABEL_ROW = 16;
/** Space above a panel for the brackets of gaps. */
const PANEL_HEAD = 34;
const FOOT = 50;

/** Draws a drill over the seconds since the load began: published tasks above, and one lane per worker below. */
export function drawTimeline(verdict: Verdict, events: Events, timeline: Timeline): string {
  const seconds = secondsOf(events, timeline);
  const x = scaleLinear([0, seconds], [LEFT, RIGHT]);
  const marks = marksOf(timeline, seconds).map((mark) => ({ ...mark, x: x(mark.x) }));
  const placed = placeLabels(marks, WIDTH - 8, (label) => widthOf(label, 12));
  const head = heading(verdict, TITLE_LEFT);
  const labelsTop = head.height + 14;
  const publish: Box = {
    top: labelsTop + LABEL_ROW * (max(placed, ({ row }) => row) ?? 0) + PANEL_HEAD,
    height: PUBLISH_HEIGHT,
    x,
  };
  // Leaves room for the title of the first lane.
  const work: Box = {
    top: publish.top + publish.height + PANEL_HEAD + 14,
    height: heightOfLanes(verdict),
    x,
  };
  const bottom = work.top + work.height;
  const all: Box = { top: publish.top, height: bottom - publish.top, x };
  const height = bottom + FOOT;
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${WIDTH} ${height}`,
      width: WIDTH,
      height,
      role: "img",
    },
    element("title", {}, escaped(headline(verdict))),
    element("style", {}, STYLE),
    element("rect", { x: 0.5, y: 0.5, width: WIDTH - 1, height: height - 1, rx: 8, class: "page" }),
    head.picture,
    spans(timeline, all),
    ...panelTitle("published", "confirmed tasks/s", publish.top + 12),
    ratePanel(publishRates(events, timeline, seconds), publish, { kind: "published" }),
    ...panelTitle("executed", "tasks/s of each worker", work.top - 27),
    lanes(verdict, events, timeline, work),
    axis(all),
    ...placed.map((mark) => markLine(mark, labelsTop, bottom)),
    ...gaps(publishGaps(events, timeline), timeline, publish),
    ...gaps(consumeGaps(events, timeline), timeline, work),
  );
}

/** Shades the duration of the fault and of the recovery. */
function spans(
  { loadFrom, faultAt, undoneAt, wholeAt, loadUntil }: Timeline,
  { top, height, x }: Box,
): string {
  const shade = (from: number, until: number, kind: string) => {
    const [left, right] = [x(from - loadFrom), x(until - loadFrom)];
    return element("rect", { x: left, y: top, width: Math.max(0, right - left), height, class: kind });
  };
  return shade(faultAt, undoneAt, "span") + shade(undoneAt, wholeAt ?? loadUntil, "recovering");
}

const panelTitle = (title: string, unit: string, y: number): string[] => [
  text({ x: TITLE_LEFT, y, class: "strong" }, title),
  text({ x: TITLE_LEFT, y: y + 15, class: "quiet small" }, unit),
];

function gaps(all: readonly Span[], { loadFrom }: Timeline, panel: Box): string[] {
  return shownGaps(all).map(({ from, until }) =>
    gapMark({ from: from - loadFrom, until: until - loadFrom }, panel),
  );
}

function axis({ top, height, x }: Box): string {
  const y = top + height;
  const ticks = x
    .ticks(12)
    .flatMap((value) => [
      line(x(value), y, x(value), y + 5, "axis"),
      text({ x: x(value), y: y + 19, class: "quiet small", "text-anchor": "middle" }, String(value)),
    ]);
  const name = text(
    { x: RIGHT, y: y + 37, class: "quiet small", "text-anchor": "end" },
    "seconds since the load began",
  );
  return [...ticks, name].join("");
}

function markLine(
  { x, row, left, kind, text: label }: PlacedMark,
  labelsTop: number,
  bottom: number,
): string {
  const y = labelsTop + row * LABEL_ROW;
  const anchor = left ? { x: x - 5, "text-anchor": "end" } : { x: x + 5 };
  const weight = kind === "mark-event" ? "quiet" : "strong";
  return line(x, y - 10, x, bottom, kind) + text({ ...anchor, y, class: weight }, label);
}
