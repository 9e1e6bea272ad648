import type { Timeline } from "../verdict/events";
import type { Mark } from "./labels";
import { cut } from "./svg";

const SAME_MOMENT_SECONDS = 0.5;
const LONGEST = 44;

/** Fault, undone and whole, and every event between begin and end of the picture. `x` is in seconds since the load began. */
export function marksOf({ loadFrom, faultAt, undoneAt, wholeAt, events }: Timeline, seconds: number): Mark[] {
  const moments: Mark[] = [
    { x: faultAt - loadFrom, text: "fault", kind: "mark-fault" },
    { x: undoneAt - loadFrom, text: "undone", kind: "mark-undone" },
    ...(wholeAt === undefined ? [] : [{ x: wholeAt - loadFrom, text: "whole", kind: "mark-whole" }]),
  ];
  const said = events.map(({ at, text }): Mark => ({ x: at - loadFrom, text, kind: "mark-event" }));
  // "fault: drain on celery-broker-1" says more than "fault".
  const named = moments.map((moment) => ({
    ...moment,
    text: said.find((event) => isThe(moment, event))?.text ?? moment.text,
  }));
  const others = said.filter(
    (event) =>
      event.x > SAME_MOMENT_SECONDS && event.x <= seconds && !moments.some((moment) => isThe(moment, event)),
  );
  return [...named, ...others].map((mark) => ({ ...mark, text: cut(mark.text, LONGEST) }));
}

const isThe = (moment: Mark, event: Mark): boolean =>
  event.text.startsWith(moment.text) && Math.abs(event.x - moment.x) < SAME_MOMENT_SECONDS;
