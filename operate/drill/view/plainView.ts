import { clock, eventLine, stateLine } from "./lines";
import type { Snapshot } from "./snapshot";
import type { View } from "./view";

const STATE_EVERY_SECONDS = 5;

/** A view for logs: one line for each phase and each event, and one with the state every 5 s. */
export class PlainView implements View {
  private events = 0;
  private phase = "";
  private stateAt = -Infinity;

  constructor(private readonly output: NodeJS.WritableStream) {}

  update(snapshot: Snapshot): void {
    const { phase, elapsedSeconds, events } = snapshot;
    if (phase !== this.phase) this.print(`${clock(elapsedSeconds).padStart(6)}  ${phase} ...`);
    this.phase = phase;
    for (const event of events.slice(this.events)) this.print(eventLine(snapshot, event));
    this.events = events.length;
    // There is no state to print before the first poll.
    if (elapsedSeconds - this.stateAt < STATE_EVERY_SECONDS || snapshot.brokers.length === 0) return;
    this.stateAt = elapsedSeconds;
    this.print(stateLine(snapshot));
  }

  end(): void {
    // Every line has already been written.
  }

  private print(line: string): void {
    this.output.write(`${line}\n`);
  }
}
