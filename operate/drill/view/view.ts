import type { Snapshot } from "./snapshot";

/** Shows a drill while it runs. */
export interface View {
  update(snapshot: Snapshot): void;
  /** Leaves what was shown last on the screen. */
  end(): void;
}
