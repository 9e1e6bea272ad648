import { runAsUser } from "../shared/celery/checks";
import {
  type Validation,
  PLACEMENT,
  compute,
  duration,
  namespace,
  unchecked,
  volume,
} from "../shared/checks";
import type { LedgerOptions, TaskLedgerArgs } from "./args";

export const LEDGER: Validation<LedgerOptions> = {
  checks: {
    storage: volume,
    compute,
    runAsUser,
    readyTimeout: duration,
    ...PLACEMENT,
  },
  rules: [],
};

export const TASK_LEDGER: Validation<TaskLedgerArgs> = {
  checks: { ...LEDGER.checks, namespace, image: unchecked, inject: unchecked },
  rules: LEDGER.rules,
};
