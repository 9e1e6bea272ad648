import { createLogUpdate } from "log-update";
import { type Colors, colorsFor } from "../../colors";
import { draw } from "./draw";
import type { Snapshot } from "./snapshot";
import type { View } from "./view";

/** A view that repaints itself on a terminal. */
export class LiveView implements View {
  private readonly paint: ReturnType<typeof createLogUpdate>;
  private readonly colors: Colors;

  constructor(private readonly terminal: NodeJS.WriteStream) {
    this.paint = createLogUpdate(terminal);
    this.colors = colorsFor(terminal);
  }

  update(snapshot: Snapshot): void {
    this.paint(draw(snapshot, this.terminal.columns, this.colors));
  }

  end(): void {
    this.paint.done();
  }
}
