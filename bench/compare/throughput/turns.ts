import { messageOf } from "../../../operate/errors";
import type { Report } from "../../../local/report";
import { orderOf } from "../designs";
import { loadAverage } from "../results";
import type { Bench, Measured } from "./bench";
import type { Measurement } from "./measurements";
import type { Rate } from "./rates";

/** A design whose brokers run, and whose workers are started for each measurement. */
export interface Contender {
  readonly name: string;
  readonly bench: Pick<Bench, "measure" | "scale">;
}

/** What all rounds share. */
export interface Turns {
  readonly measurements: readonly Measurement[];
  readonly rounds: number;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Called after each measurement, so that a run that is stopped keeps what it has measured. */
  readonly add: (rate: Rate) => void;
}

/**
 * Measures all designs in turns and begins each round with another one, so that a temporarily slow machine affects all
 * of them. Designs that are not being measured have idle brokers and no workers. A measurement that does not finish is
 * given up, because one that takes too long says nothing about the others.
 */
export async function takeTurns(
  contenders: readonly Contender[],
  { measurements, rounds, report, signal, add }: Turns,
): Promise<void> {
  for (const { bench } of contenders) await bench.scale(0);
  for (let number = 1; number <= rounds; number++) {
    const round = new Date().toISOString();
    for (const [index, measurement] of measurements.entries())
      for (const { name, bench } of inOrder(contenders, number)) {
        if (measurement.designs && !measurement.designs.includes(name)) continue;
        const { title } = measurement;
        const what = `round ${number} of ${rounds}, ${name}: ${title}`;
        const outcome = await figuresOf(
          () => bench.measure(measurement, `${name}-${number}-${index}`),
          signal,
        );
        add({ design: name, what: title, round, loadAverage: loadAverage(), ...outcome });
        report(`${what}: ${describe(outcome)}`);
        await bench.scale(0);
      }
  }
}

type Outcome = Partial<Measured> & Pick<Rate, "failure">;

async function figuresOf(measure: () => Promise<Measured>, signal: AbortSignal): Promise<Outcome> {
  try {
    return await measure();
  } catch (error) {
    if (signal.aborted) throw error;
    return { failure: messageOf(error).replaceAll("\n", " ").trim() };
  }
}

function inOrder(contenders: readonly Contender[], round: number): Contender[] {
  const names = orderOf(
    contenders.map(({ name }) => name),
    round,
  );
  return names.flatMap((name) => contenders.filter((each) => each.name === name));
}

function describe({ perSecond, cpuPerTask, failure }: Outcome): string {
  if (perSecond === undefined) return `not measured, because ${failure}`;
  const cpu = cpuPerTask === undefined ? "" : `, ${cpuPerTask.toFixed(2)} ms of CPU per task`;
  return `${perSecond.toFixed(0)}${cpu}`;
}
