/** Days of the week, in the order of ISO 8601. */
export const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export type Day = (typeof DAYS)[number];

/** A time in which no drill begins. A missing part means "at any". */
export interface Blackout {
  readonly days?: readonly Day[];
  /** Minutes of the day, the end excluded. A window whose end is not after its start ends on the next day. */
  readonly from?: number;
  readonly to?: number;
  /** YYYY-MM-DD, both included. */
  readonly firstDate?: string;
  readonly lastDate?: string;
}

/** Describes the format, for error messages. */
export const BLACKOUT_FORMAT =
  'days, hours, and dates, such as "MO-FR 08:00-18:00" or "2026-12-18..2027-01-07"';

const DAY = `(?:${DAYS.join("|")})`;
const HOUR = "(?:[01]\\d|2[0-3]):[0-5]\\d";
const DATE = "\\d{4}-\\d\\d-\\d\\d";
const WINDOW = new RegExp(
  `^(?:(${DAY}(?:-${DAY})?(?:,${DAY}(?:-${DAY})?)*)(?: |$))?(?:(${HOUR})-(${HOUR}|24:00)(?: |$))?(?:(${DATE})\\.\\.(${DATE}))?$`,
);
const DAY_MS = 86_400_000;

/** Parses `[DAYS] [HH:MM-HH:MM] [YYYY-MM-DD..YYYY-MM-DD]`. Returns undefined for anything else. */
export function parseBlackout(text: string): Blackout | undefined {
  const [, days, from, to, firstDate, lastDate] = WINDOW.exec(text) ?? [];
  if ((days ?? from ?? firstDate) === undefined || text.endsWith(" ")) return undefined;
  if ([firstDate, lastDate].some((date) => date !== undefined && !isDate(date))) return undefined;
  if (firstDate !== undefined && lastDate !== undefined && firstDate > lastDate) return undefined;
  return {
    ...(days !== undefined && { days: days.split(",").flatMap(daysOf) }),
    ...(from !== undefined && to !== undefined && { from: minutesOf(from), to: minutesOf(to) }),
    ...(firstDate !== undefined && { firstDate, lastDate }),
  };
}

/** Returns whether a time is in the window, by the clock of a time zone. */
export function isInBlackout({ from, to, ...days }: Blackout, at: Date, timeZone: string): boolean {
  const { date, minutes } = clockOf(at, timeZone);
  const today = isOnDay(days, date);
  if (from === undefined || to === undefined) return today;
  if (from < to) return today && minutes >= from && minutes < to;
  return (today && minutes >= from) || (isOnDay(days, dayBefore(date)) && minutes < to);
}

/** Returns whether a time zone is one of the tz database, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // The runtime also knows offsets, such as +02:00, and a CronJob does not.
    return /^[A-Z]/.test(name);
  } catch {
    return false;
  }
}

/** `FR-MO` is FR, SA, SU, MO. */
function daysOf(range: string): Day[] {
  const [first = "", last = first] = range.split("-");
  const from = DAYS.indexOf(first as Day);
  const count = (DAYS.indexOf(last as Day) - from + DAYS.length) % DAYS.length;
  return Array.from({ length: count + 1 }, (_, index) => DAYS[(from + index) % DAYS.length] as Day);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

function isOnDay({ days, firstDate, lastDate }: Blackout, date: string): boolean {
  const day = DAYS[(new Date(date).getUTCDay() + 6) % DAYS.length] as Day;
  return (
    (days?.includes(day) ?? true) &&
    (firstDate === undefined || date >= firstDate) &&
    (lastDate === undefined || date <= lastDate)
  );
}

const isDate = (date: string): boolean => new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) ?? false;

const dayBefore = (date: string): string => new Date(new Date(date).getTime() - DAY_MS).toJSON().slice(0, 10);

function clockOf(at: Date, timeZone: string): { date: string; minutes: number } {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? "";
  return {
    date: `${part("year")}-${part("month")}-${part("day")}`,
    minutes: Number(part("hour")) * 60 + Number(part("minute")),
  };
}
