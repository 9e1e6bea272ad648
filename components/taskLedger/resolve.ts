import { USER } from "../shared/celery/contract";
import { type Identity, identityOf } from "../shared/labels";
import { computeOf } from "../shared/compute";
import { omitUndefined } from "../shared/omitUndefined";
import type { Compute, Volume } from "../types";
import type { TaskLedgerArgs } from "./args";

/** Arguments of a ledger with all defaults. */
export interface ResolvedLedger extends TaskLedgerArgs, Identity {
  storage: Volume;
  compute: Compute;
  runAsUser: number;
  readyTimeout: string;
}

export function resolveLedger(name: string, args: TaskLedgerArgs): ResolvedLedger {
  return {
    runAsUser: USER,
    readyTimeout: "10m",
    ...omitUndefined(args),
    storage: { size: "1Gi", ...omitUndefined(args.storage) },
    compute: computeOf({ cpu: "100m", memory: "256Mi" }, args.compute),
    ...identityOf("task-ledger", name, "ledger"),
  };
}

/** Label of every pod that may write to a ledger. Its value is the ledger's name. */
export const LEDGER_LABEL = "ha-celery/ledger";

export const LEDGER_PORT = 8080;

/** Key of the token in the ledger's Secret. */
export const TOKEN_KEY = "token";
