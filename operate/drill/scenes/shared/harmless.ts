import type { Drill } from "../scene";
import { type FalseAlarms, falseAlarmsSince } from "./brokerLogs";

/** Time in which a false alarm would show after the fault. */
const SETTLE_SECONDS = 8;

/** Faults after which everybody waits, and nobody takes a broker for lost. */
export class HarmlessFault {
  private readonly found = new WeakMap<Drill, FalseAlarms>();

  /** Runs a fault from its beginning to its end, and counts the false alarms meanwhile. */
  async run(drill: Drill, fault: () => Promise<void>): Promise<void> {
    const since = Date.now() / 1000;
    await fault();
    await drill.wait(SETTLE_SECONDS);
    this.found.set(drill, await falseAlarmsSince(drill, since));
  }

  /** Returns the reasons to fail. */
  check(drill: Drill): string[] {
    const found = this.found.get(drill);
    if (!found) throw new Error("the scene has not run, so there is nothing to check");
    const { nodesDown, elections, reconnects } = found;
    drill.note("brokers taken for lost", nodesDown);
    drill.note("elections", elections);
    drill.note("connections opened again", reconnects);
    return [
      ...(nodesDown > 0 ? [`brokers considered each other down ${nodesDown} times`] : []),
      ...(elections > 0 ? [`the queue changed its leader ${elections} times`] : []),
      ...(reconnects > 0 ? [`workers and publisher connected again ${reconnects} times`] : []),
    ];
  }
}
