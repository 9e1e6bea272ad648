import type { Timeline } from "../verdict/events";
import { lengthOf, type Span } from "../verdict/gaps";
import type { Mark } from "./labels";
import { shorten } from "../../shorten";

const SAME_TIME_SECONDS = 0.5;
const LONGEST = 44;

/**
 * Returns marks for the fault, its undoing, the recovery, and every event in the picture. `x` is in seconds since the
 * load began.
 */
export function marksOf({ loadFrom, faultAt, undoneAt, wholeAt, events }: Timeline, seconds: number): Mark[] {
  const milestones: Mark[] = [
    { x: faultAt - loadFrom, text: "fault", kind: "mark-fault" },
    { x: undoneAt - loadFrom, text: "undone", kind: "mark-undone" },
    ...(wholeAt === undefined ? [] : [{ x: wholeAt - loadFrom, text: "recovered", kind: "mark-recovered" }]),
  ];
  const eventMarks = events.map(({ at, text }): Mark => ({ x: at - loadFrom, text, kind: "mark-event" }));
  // The event's text is more specific: "fault: drain on celery-broker-1".
  const labeled = milestones.map((milestone) => ({
    ...milestone,
    text: eventMarks.find((event) => isSame(milestone, event))?.text ?? milestone.text,
  }));
  const others = eventMarks.filter(
    (event) =>
      event.x > SAME_TIME_SECONDS &&
      event.x <= seconds &&
      !milestones.some((milestone) => isSame(milestone, event)),
  );
  return [...labeled, ...others].map((mark) => ({ ...mark, text: shorten(mark.text, LONGEST) }));
}

/** Shorter gaps are part of the normal load. */
const SHOWN_GAP_SECONDS = 1;

/** Gaps that are worth showing. */
export const shownGaps = (gaps: readonly Span[]): Span[] =>
  gaps.filter((gap) => lengthOf(gap) >= SHOWN_GAP_SECONDS);

const isSame = (milestone: Mark, event: Mark): boolean =>
  event.text.startsWith(milestone.text) && Math.abs(event.x - milestone.x) < SAME_TIME_SECONDS;
