import { LiveView } from "./liveView";
import { PlainView } from "./plainView";
import type { View } from "./view";

export type { Snapshot } from "./snapshot";
export type { View };

/** A view that repaints on a terminal, and lines where there is none. */
export const openView = (output: NodeJS.WriteStream): View =>
  output.isTTY ? new LiveView(output) : new PlainView(output);
