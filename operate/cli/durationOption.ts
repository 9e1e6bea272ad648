import { InvalidArgumentError } from "commander";

const UNITS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600, d: 86_400 };

/** Parser of an option's duration, such as `90s`, `15min`, `2h` or `7d`. Returns seconds. */
export function durationOption(text: string): number {
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?) ?([a-z]+)$/.exec(text) ?? [];
  const length = UNITS[unit];
  if (count === undefined || length === undefined)
    throw new InvalidArgumentError("Use a number and a unit, such as 90s, 15min, 2h, or 7d.");
  return Number(count) * length;
}
