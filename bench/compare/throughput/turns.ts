import type { Report } from "../../../local/report";
import type { Side } from "../side";
import type { Bench } from "./bench";
import type { Measurement } from "./measurements";

/** Tasks per second of each design, one value per round. */
export interface Rates {
  readonly ours: number[];
  readonly seed: number[];
}

export interface Contender {
  readonly name: Side["name"];
  readonly bench: Pick<Bench, "measure" | "scale">;
}

/**
 * Measures both designs alternately and swaps their order in each round, so that a temporarily slow machine affects
 * both. The design that is not being measured has idle brokers and no workers.
 */
export async function takeTurns(
  contenders: readonly Contender[],
  measurements: readonly Measurement[],
  rounds: number,
  report: Report,
): Promise<ReadonlyMap<string, Rates>> {
  const rates = new Map(measurements.map(({ title }): [string, Rates] => [title, { ours: [], seed: [] }]));
  for (const { bench } of contenders) await bench.scale(0);
  for (let round = 1; round <= rounds; round++)
    for (const [index, measurement] of measurements.entries())
      for (const { name, bench } of round % 2 ? contenders : contenders.toReversed()) {
        if (measurement.oursAlone && name !== "ours") continue;
        const rate = await bench.measure(measurement, `${name}-${round}-${index}`);
        await bench.scale(0);
        rates.get(measurement.title)?.[name].push(rate);
        report(`round ${round} of ${rounds}, ${name}: ${measurement.title}: ${rate.toFixed(0)}`);
      }
  return rates;
}
