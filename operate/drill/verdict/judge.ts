import { consumeGaps, starvedWithin } from "./consuming";
import type { Events, Timeline } from "./events";
import { lengthOf, longestOf } from "./gaps";
import { redelivery } from "./inFlight";
import { type Limits, resolveLimits } from "./limits";
import { publishGaps } from "./publishing";
import { type Figures, reasonsOf } from "./reasons";
import { countTasks } from "./tasks";
import type { Verdict } from "./verdict";
import { slowestBack, workerVerdicts } from "./workers";

/** Inputs of a verdict. */
export interface Evidence {
  readonly scene: { readonly name: string; readonly limits: Limits };
  readonly run: string;
  readonly events: Events;
  readonly timeline: Timeline;
  /** Number of worker slots in the drill: workers x concurrency. */
  readonly slots: number;
  readonly deadLettered: number;
  /** Reasons from `Scene.check` and from the drill itself. */
  readonly extraReasons: readonly string[];
  readonly more: Verdict["more"];
}

/** Counts the tasks, measures the gaps, and compares them with the limits. */
export function judge({
  scene,
  run,
  events,
  timeline,
  slots,
  deadLettered,
  extraReasons,
  more,
}: Evidence): Verdict {
  const { confirmed, executed, lostIds, duplicatedIds } = countTasks(events);
  const publishGap = longestOf(publishGaps(events, timeline));
  const consumeGap = longestOf(consumeGaps(events, timeline));
  const workers = workerVerdicts(events, timeline).map((each) => ({
    ...each,
    backSeconds: rounded(each.backSeconds),
  }));
  const { wholeAt, undoneAt, faultAt } = timeline;
  const figures: Figures = {
    scene: scene.name,
    run,
    confirmed,
    executed,
    lost: lostIds.length,
    duplicated: duplicatedIds.length,
    deadLettered,
    lostIds,
    duplicatedIds,
    publishGapSeconds: rounded(publishGap && lengthOf(publishGap)),
    consumeGapSeconds: rounded(consumeGap && lengthOf(consumeGap)),
    starvedSeconds: rounded(consumeGap && starvedWithin(consumeGap, events)),
    redeliverySeconds: rounded(redelivery(events, faultAt)),
    fullStrengthSeconds: rounded(wholeAt && Math.max(0, wholeAt - undoneAt)),
    workerBackSeconds: slowestBack(workers),
    workers,
    limits: resolveLimits(scene.limits, slots),
    more,
  };
  const reasons = [...reasonsOf(figures), ...extraReasons];
  const { scene: name, run: id, ...rest } = figures;
  return { scene: name, run: id, passed: reasons.length === 0, reasons, ...rest };
}

/** Clocks of several machines agree only to hundredths of a second. */
const rounded = (seconds: number | null | undefined): number | null =>
  seconds === null || seconds === undefined ? null : Math.round(seconds * 100) / 100;
