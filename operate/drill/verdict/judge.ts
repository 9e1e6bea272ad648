import { consumeGaps, starvedWithin } from "./consuming";
import type { Events, Timeline } from "./events";
import { lengthOf, longestOf } from "./gaps";
import { redelivery } from "./held";
import { type Limits, resolveLimits } from "./limits";
import { publishGaps } from "./publishing";
import { type Figures, reasonsOf } from "./reasons";
import { countTasks } from "./tasks";
import type { Verdict } from "./verdict";
import { slowestBack, workerVerdicts } from "./workers";

/** What a verdict is made of. */
export interface Evidence {
  readonly scene: { readonly name: string; readonly limits: Limits };
  readonly run: string;
  readonly events: Events;
  readonly timeline: Timeline;
  /** Worker slots of the drill: workers x concurrency. */
  readonly slots: number;
  readonly deadLettered: number;
  /** Of `Scene.check` and of the drill itself. */
  readonly extraReasons: readonly string[];
  readonly more: Verdict["more"];
}

/** Counts every task and measures every gap. */
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
  const { scene: name, run: of, ...rest } = figures;
  return { scene: name, run: of, passed: reasons.length === 0, reasons, ...rest };
}

/** The clocks of several machines are no better than hundredths. */
const rounded = (seconds: number | null | undefined): number | null =>
  seconds === null || seconds === undefined ? null : Math.round(seconds * 100) / 100;
