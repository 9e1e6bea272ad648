import { createLogUpdate } from "log-update";
import pc from "picocolors";
import { type Colors, draw } from "./draw";
import type { Snapshot } from "./snapshot";
import type { View } from "./view";

/** Repaints the view on a terminal. */
export class LiveView implements View {
  private readonly paint: ReturnType<typeof createLogUpdate>;
  private readonly colors: Colors = pc.createColors(!process.env.NO_COLOR);

  constructor(private readonly terminal: NodeJS.WriteStream) {
    this.paint = createLogUpdate(terminal);
  }

  update(snapshot: Snapshot): void {
    this.paint(draw(snapshot, this.terminal.columns, this.colors));
  }

  end(): void {
    this.paint.done();
  }
}
