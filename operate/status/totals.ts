import type { ProcessStatus } from "./model";

/** Sum of a figure over worker processes. One that does not answer counts as 0. */
export const totalOf = (
  processes: readonly ProcessStatus[],
  figure: "busy" | "slots" | "prefetched",
): number => processes.reduce((total, each) => total + (each[figure] ?? 0), 0);
