import { max } from "d3-array";
import type { Events, Timeline } from "../verdict/events";
import type { Verdict } from "../verdict/verdict";

/** Events per second in one time bin. */
export interface Rate {
  /** Begin of the bin, in seconds since the load began. */
  readonly from: number;
  readonly perSecond: number;
}

const BINS = 200;
const LEAST_BINS = 20;
const TASKS_PER_BIN = 3;
const WIDTHS = [0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60];

/** Returns a bin width that is narrow enough for the picture, but wide enough for a few tasks per bin. */
export function binWidth(seconds: number, tasks: number): number {
  const forTasks = Math.min((TASKS_PER_BIN * seconds) / Math.max(1, tasks), seconds / LEAST_BINS);
  const least = Math.max(seconds / BINS, forTasks);
  return WIDTHS.find((width) => width >= least) ?? Math.ceil(least);
}

/** Returns the rates over time. The last one is zero and ends the picture. */
export function ratesOf(times: readonly number[], seconds: number, width: number): Rate[] {
  const counts = Array.from({ length: Math.ceil(seconds / width) }, () => 0);
  for (const time of times) {
    const bin = Math.floor(time / width);
    if (bin in counts) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const rates = counts.map((count, bin) => {
    const from = bin * width;
    return { from, perSecond: count / Math.min(width, seconds - from) };
  });
  return [...rates, { from: seconds, perSecond: 0 }];
}

/** Returns the seconds from the begin of the load to the last event. */
export function secondsOf(
  { finished }: Events,
  { loadFrom, loadUntil, faultAt, undoneAt, wholeAt = 0 }: Timeline,
): number {
  const end = max([loadUntil, faultAt, undoneAt, wholeAt, max(finished, (each) => each.finished) ?? 0]) ?? 0;
  return Math.max(1, end - loadFrom);
}

/** Confirmed tasks over time. */
export function publishRates({ confirmed }: Events, { loadFrom }: Timeline, seconds: number): Rate[] {
  const times = confirmed.map(({ at }) => at - loadFrom);
  return ratesOf(times, seconds, binWidth(seconds, times.length));
}

/** Finished tasks of one worker over time. */
export interface WorkerRates {
  readonly worker: string;
  /** Seconds since the load began. */
  readonly times: readonly number[];
  readonly rates: readonly Rate[];
}

/** Returns the rates of each worker, in the verdict's order, all in bins of the same width. */
export function workerRates(
  { workers }: Verdict,
  { finished }: Events,
  { loadFrom }: Timeline,
  seconds: number,
): WorkerRates[] {
  const width = binWidth(seconds, finished.length / Math.max(1, workers.length));
  return workers.map(({ worker }) => {
    const times = finished.filter((each) => each.worker === worker).map((each) => each.finished - loadFrom);
    return { worker, times, rates: ratesOf(times, seconds, width) };
  });
}
