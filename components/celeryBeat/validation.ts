import { CELERY, app, command, environmentRule, queues } from "../shared/celery/checks";
import { VARIABLES } from "../shared/celery/contract";
import { FIXED, RESERVED } from "../shared/celery/environment";
import { metrics } from "../shared/celery/metrics";
import { type Validation, compute, duration, fields, namespace, unchecked, volume } from "../shared/checks";
import type { TransformedDeployment } from "../transform/args";
import { aFunction } from "../transform/transformed";
import type { BeatOptions, CeleryBeatArgs } from "./args";

export const BEAT_ENVIRONMENT = environmentRule({
  ...RESERVED,
  [VARIABLES.stateDir]: FIXED,
  [VARIABLES.metricsPort]: "Use metrics",
});

export const BEAT: Validation<BeatOptions> = {
  checks: {
    queues,
    storage: volume,
    compute,
    command,
    metrics,
    readyTimeout: duration,
    transform: fields<TransformedDeployment>({ deployment: aFunction }),
    ...CELERY,
  },
  rules: [BEAT_ENVIRONMENT],
};

export const CELERY_BEAT: Validation<CeleryBeatArgs> = {
  checks: { app, ...BEAT.checks, namespace, image: unchecked, broker: unchecked },
  rules: BEAT.rules,
};
