import { runAsUser } from "../shared/celery/checks";
import { type Validation, PLACEMENT, compute, duration, fields, quantity, unchecked } from "../shared/checks";
import type { Volume } from "../types";
import type { LedgerOptions, TaskLedgerArgs } from "./args";

export const LEDGER: Validation<LedgerOptions> = {
  checks: {
    storage: fields<Volume>({ size: quantity("1Gi"), className: unchecked }),
    compute,
    runAsUser,
    readyTimeout: duration,
    ...PLACEMENT,
  },
  rules: [],
};

export const TASK_LEDGER: Validation<TaskLedgerArgs> = {
  checks: { ...LEDGER.checks, namespace: unchecked, image: unchecked, inject: unchecked },
  rules: LEDGER.rules,
};
