import { durationOf } from "../cluster/deadLetters";
import type { Problem } from "../status/model";
import { secondsToEmpty } from "./history";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** An amount of memory or disk: `1.2 GiB`. */
export function bytes(amount: number): string {
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${amount >= 10 || unit === 0 ? Math.round(amount) : Number(amount.toFixed(1))} ${UNITS[unit]}`;
}

/** A number with thousands separators. */
export const count = (value: number): string => value.toLocaleString("en-US");

/** One thing, or several: `1 node`, `3 nodes`. */
export const counted = (value: number, thing: string): string =>
  `${count(value)} ${thing}${value === 1 ? "" : "s"}`;

/** Slower changes are noise. */
const STEADY = 0.05;

export type Trend = "grows" | "shrinks" | "steady" | "unknown";

export function trendOf(rate: number | undefined): Trend {
  if (rate === undefined) return "unknown";
  if (Math.abs(rate) < STEADY) return "steady";
  return rate > 0 ? "grows" : "shrinks";
}

/** How fast a queue grows or shrinks. */
export function describeRate(rate: number | undefined): string {
  if (rate === undefined) return "not known yet";
  const trend = trendOf(rate);
  return trend === "steady" ? trend : `${trend} ${speed(rate)}`;
}

/** When a queue will be empty. Undefined while it does not shrink. */
export function describeEnd(depth: number, rate: number | undefined): string | undefined {
  const seconds = trendOf(rate) === "shrinks" ? secondsToEmpty(depth, rate) : undefined;
  return seconds === undefined ? undefined : `empty in ${durationOf(seconds)}`;
}

/** `12/s` without a sign. */
export function speed(rate: number): string {
  const size = Math.abs(rate);
  return `${size >= 10 ? count(Math.round(size)) : Number(size.toFixed(1))}/s`;
}

/** Problems that the same thing solves, the most urgent first. */
export function byCure(problems: readonly Problem[]): { cure: string; texts: readonly string[] }[] {
  const cures = [...new Set(problems.map(({ cure }) => cure))];
  return cures.map((cure) => ({
    cure,
    texts: problems.filter((problem) => problem.cure === cure).map(({ text }) => text),
  }));
}

/** What to do about a problem: words, and the command at its end, if there is one. */
export interface Cure {
  readonly advice: string;
  readonly command: string | undefined;
}

/** Separates the command of a problem's cure from the words before it. */
export function parseCure(cure: string): Cure {
  const [, advice = "", command] = /^(?:(.*: ))?((?:kubectl|npx|make) [^;]+|pulumi up)$/.exec(cure) ?? [];
  return command === undefined ? { advice: cure, command } : { advice: advice.trim(), command };
}
