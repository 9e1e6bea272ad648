import { type ListrBaseClassOptions, PRESET_TIMER } from "listr2";
import type { Report } from "./report";

/** How steps are shown: each with the time that it took. Interrupts are ours to handle: the library would exit at once. */
export const TIMED = {
  registerSignalListeners: false,
  rendererOptions: { timer: PRESET_TIMER },
  fallbackRendererOptions: { timer: PRESET_TIMER },
} satisfies ListrBaseClassOptions;

/** Shows each line under the step that it belongs to. */
export const reportTo =
  (step: { output: string }): Report =>
  (line) => {
    step.output = line;
  };
