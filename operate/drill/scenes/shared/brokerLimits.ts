import type { Limits } from "../../verdict/limits";

/** One broker node ends and closes its connections: others notice at once, so clients must hardly notice. */
export const BROKER_LIMITS: Limits = {
  publishGapSeconds: 1,
  consumeGapSeconds: 1,
  workerBackSeconds: 15,
  duplicated: "running",
  fullStrengthSeconds: 60,
};
