import type { Snapshot } from "./snapshot";

/** Shows a drill while it runs. */
export interface View {
  update(snapshot: Snapshot): void;
  /** Stops updating. The last state stays on the screen. */
  end(): void;
}
