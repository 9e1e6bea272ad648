import type { Limits } from "../../verdict/limits";

/**
 * Limits for a single broker node that stops and closes its connections. Its peers notice at once, so clients hardly
 * do.
 */
export const BROKER_LIMITS: Limits = {
  publishGapSeconds: 1,
  consumeGapSeconds: 1,
  workerBackSeconds: 15,
  duplicated: "running",
  fullStrengthSeconds: 60,
};
