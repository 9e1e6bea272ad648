import { readFileSync, writeFileSync } from "node:fs";
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

export function readResults(file = FILE): Result[] {
  return JSON.parse(readFileSync(file, "utf8")) as Result[];
}

export function writeResults(results: readonly Result[], file = FILE): void {
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

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
