import type { Report } from "../../../local/report";
import { messageOf } from "../../../operate/errors";
import type { Bench } from "./bench";
import type { Measurement } from "./measurements";

/** Tasks per second of each design, one value per round. Undefined if the measurement did not finish. */
export interface Rates {
  readonly ours: (number | undefined)[];
  readonly seed: (number | undefined)[];
}

/** What all rounds have measured. */
export interface Turns {
  readonly rates: ReadonlyMap<string, Rates>;
  /** One sentence for each measurement that did not finish. */
  readonly notes: readonly string[];
}

export interface Contender {
  readonly name: keyof Rates;
  readonly bench: Pick<Bench, "measure" | "scale">;
}

/**
 * Measures both designs alternately and swaps their order in each round, so that a temporarily slow machine affects
 * both. The design that is not being measured has idle brokers and no workers. A measurement that does not finish is
 * given up, because one that takes too long says nothing about the others.
 */
export async function takeTurns(
  contenders: readonly Contender[],
  measurements: readonly Measurement[],
  rounds: number,
  report: Report,
  signal: AbortSignal,
): Promise<Turns> {
  const rates = new Map(measurements.map(({ title }): [string, Rates] => [title, { ours: [], seed: [] }]));
  const notes: string[] = [];
  for (const { bench } of contenders) await bench.scale(0);
  for (let round = 1; round <= rounds; round++)
    for (const [index, measurement] of measurements.entries())
      for (const { name, bench } of round % 2 ? contenders : contenders.toReversed()) {
        if (measurement.oursAlone && name !== "ours") continue;
        const what = `round ${round} of ${rounds}, ${name}: ${measurement.title}`;
        let rate: number | undefined;
        try {
          rate = await bench.measure(measurement, `${name}-${round}-${index}`);
          report(`${what}: ${rate.toFixed(0)}`);
        } catch (error) {
          if (signal.aborted) throw error;
          const note = `${what}: not measured, because ${messageOf(error).replaceAll("\n", " ").trim()}`;
          report(note);
          notes.push(note);
        }
        await bench.scale(0);
        rates.get(measurement.title)?.[name].push(rate);
      }
  return { rates, notes };
}
