import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import type { Verdict } from "../../operate/drill/verdict/verdict";

/** Figures of one design in one scene of one round. Every one that was measured is kept. */
export interface Result {
  readonly design: string;
  readonly scene: string;
  /** ISO time of its end. */
  readonly at: string;
  /** Processes that wanted a core of the machine in its last minute, on average. */
  readonly loadAverage: number;
  /** Undefined if there was no verdict. */
  readonly figures?: Figures;
  /** Why there was no verdict. */
  readonly failure?: string;
}

export type Figures = Pick<
  Verdict,
  "confirmed" | "lost" | "duplicated" | "publishGapSeconds" | "consumeGapSeconds" | "fullStrengthSeconds"
>;

const FILE = join(__dirname, "results.json");

export const readResults = (file = FILE): Result[] => readJson<Result>(file);

export const writeResults = (results: readonly Result[], file = FILE): void => writeJson(results, file);

/** Reads a list of results. A file that does not exist has none. */
export function readJson<T>(file: string): T[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T[]) : [];
}

export function writeJson(results: readonly object[], file: string): void {
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

/** Load average of the last minute, with one digit. */
export const loadAverage = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10;

export const figuresOf = ({
  confirmed,
  lost,
  duplicated,
  publishGapSeconds,
  consumeGapSeconds,
  fullStrengthSeconds,
}: Verdict): Figures => ({
  confirmed,
  lost,
  duplicated,
  publishGapSeconds,
  consumeGapSeconds,
  fullStrengthSeconds,
});
