import { join } from "node:path";
import { readJson, writeJson } from "../results";

/** Figures of one design in one measurement of one round. Every one that was measured is kept. */
export interface Rate {
  readonly design: string;
  /** Title of the measurement. */
  readonly what: string;
  /** ISO time at which its round began. Only rates of the same round are compared with each other. */
  readonly round: string;
  /** Processes that wanted a core of the machine in the last minute, on average. */
  readonly loadAverage: number;
  /** Undefined if the measurement did not end. */
  readonly perSecond?: number;
  /** Milliseconds of CPU per executed task, of all brokers and workers of the design. */
  readonly cpuPerTask?: number;
  /** Why there is no figure. */
  readonly failure?: string;
}

const FILE = join(__dirname, "..", "rates.json");

export const readRates = (file = FILE): Rate[] => readJson<Rate>(file);

export const writeRates = (rates: readonly Rate[], file = FILE): void => writeJson(rates, file);
