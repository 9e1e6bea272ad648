import { type ListrBaseClassOptions, PRESET_TIMER } from "listr2";
import type { Report } from "./report";

/** Shows the duration of every step. Leaves signals to interrupt.ts, because the library would exit immediately. */
export const TIMED = {
  registerSignalListeners: false,
  rendererOptions: { timer: PRESET_TIMER },
  fallbackRendererOptions: { timer: PRESET_TIMER },
} satisfies ListrBaseClassOptions;

/** Shows lines of progress under their step. */
export const reportTo =
  (step: { output: string }): Report =>
  (line) => {
    step.output = line;
  };
