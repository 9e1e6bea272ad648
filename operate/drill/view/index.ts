import { LiveView } from "./liveView";
import { PlainView } from "./plainView";
import type { View } from "./view";

export type { Snapshot } from "./snapshot";
export type { View };

/** Opens a view that repaints itself on a terminal, or one that prints lines elsewhere. */
export const openView = (output: NodeJS.WriteStream): View =>
  output.isTTY ? new LiveView(output) : new PlainView(output);
