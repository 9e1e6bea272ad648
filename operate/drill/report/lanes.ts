import { max } from "d3-array";
import { shortNames } from "../shortNames";
import type { Events, Timeline } from "../verdict/events";
import type { Verdict, WorkerVerdict } from "../verdict/verdict";
import { count, fateOf, seconds as inSeconds } from "./figures";
import { type Box, highestOf, ratePanel } from "./panel";
import { workerRates } from "./rates";
import { TITLE_LEFT, WORKER_COLORS } from "./style";
import { element, text } from "./svg";

const HEIGHT = 44;
const SPACE = 10;
const LONGEST_NAME = 21;

export const heightOfLanes = ({ workers }: Verdict): number =>
  Math.max(1, workers.length) * (HEIGHT + SPACE) - SPACE;

/** Draws one lane per worker, all with the same scale. */
export function lanes(verdict: Verdict, events: Events, timeline: Timeline, { top, x }: Box): string {
  const [, seconds = 0] = x.domain();
  const name = shortNames(verdict.workers.map(({ worker }) => worker));
  const all = workerRates(verdict, events, timeline, seconds);
  const highest = max(all, ({ rates }) => highestOf(rates)) ?? 0;
  return verdict.workers
    .map((worker, index) => {
      const { times = [], rates = [] } = all[index] ?? {};
      const lane = { top: top + index * (HEIGHT + SPACE), height: HEIGHT, x };
      const color = WORKER_COLORS[index % WORKER_COLORS.length];
      const panel = ratePanel(rates, lane, { highest, kind: "worker", color });
      return (
        panel +
        title(worker, name(worker.worker), lane.top) +
        (broken(worker) ? cross(times, timeline, lane) : "")
      );
    })
    .join("");
}

const broken = ({ survived, joined }: WorkerVerdict): boolean => !survived && !joined;

/** Draws the title to the left of the lane, where no lines run. */
function title(worker: WorkerVerdict, name: string, top: number): string {
  const { executed, backSeconds } = worker;
  const back = backSeconds === null ? "" : `, back ${inSeconds(backSeconds)}`;
  const short = name.length > LONGEST_NAME ? `…${name.slice(1 - LONGEST_NAME)}` : name;
  return [
    text({ x: TITLE_LEFT, y: top + 12, class: "small strong" }, short),
    text(
      { x: TITLE_LEFT, y: top + 27, class: `small ${broken(worker) ? "failed" : "quiet"}` },
      fateOf(worker) + back,
    ),
    text({ x: TITLE_LEFT, y: top + 42, class: "small quiet" }, `${count(executed)} executed`),
  ].join("");
}

/** Draws a cross where a broken worker finished its last task before the fault. */
function cross(
  times: readonly number[],
  { faultAt, loadFrom, undoneAt }: Timeline,
  { top, height, x }: Box,
): string {
  const fault = faultAt - loadFrom;
  // A worker that restarted under the same name has later tasks, too.
  const end = max(times.filter((time) => time < Math.max(fault, undoneAt - loadFrom))) ?? fault;
  const [at, middle] = [x(Math.max(end, fault)), top + height / 2];
  const arms = `M${at - 5},${middle - 5}l10,10m0,-10l-10,10`;
  return (
    element("path", { d: arms, class: "cross" }) +
    text({ x: at + 11, y: middle + 4, class: "failed small strong" }, "broken")
  );
}
