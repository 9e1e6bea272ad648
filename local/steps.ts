import { type ListrBaseClassOptions, PRESET_TIMER } from "listr2";

/** How steps are shown: each with the time that it took. Interrupts are ours to handle: the library would exit at once. */
export const TIMED = {
  registerSignalListeners: false,
  rendererOptions: { timer: PRESET_TIMER },
  fallbackRendererOptions: { timer: PRESET_TIMER },
} satisfies ListrBaseClassOptions;
