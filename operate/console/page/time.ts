import { durationOf } from "../../cluster/deadLetters";

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const SHORT = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Time zone of the reader. */
export const ZONE = TIME.resolvedOptions().timeZone;

const DAY = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "medium",
  hourCycle: "h23",
});

export const dateAndTime = (at: number): string => DAY.format(at);
export const clock = (at: number): string => TIME.format(at);
export const shortClock = (at: number): string => SHORT.format(at);

const HALF_A_DAY_MS = 43_200_000;

/** The time of day, and the date if that is not clear. */
export const moment = (at: number, now: number): string =>
  Math.abs(now - at) < HALF_A_DAY_MS ? clock(at) : dateAndTime(at);

/** `12 s ago` */
export const ago = (at: number, now: number): string =>
  `${durationOf(Math.max(0, Math.round((now - at) / 1000)))} ago`;
