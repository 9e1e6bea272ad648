import { type Identity, USER, identity } from "../shared/celery/defaults";
import { defined } from "../shared/defined";
import type { Compute, Volume } from "../types";
import type { TaskLedgerArgs } from "./args";

/** A ledger with every default filled in. */
export interface Ledger extends TaskLedgerArgs, Identity {
  storage: Volume;
  compute: Compute;
  runAsUser: number;
  readyTimeout: string;
}

export function resolveLedger(name: string, args: TaskLedgerArgs): Ledger {
  return {
    runAsUser: USER,
    readyTimeout: "10m",
    ...defined(args),
    storage: { size: "1Gi", ...defined(args.storage) },
    compute: { cpu: "100m", memory: "256Mi", ...defined(args.compute) },
    ...identity("task-ledger", name, "ledger"),
  };
}

/** Carried by every pod that may write to a ledger; the value is the ledger's name. */
export const LEDGER_LABEL = "ha-celery/ledger";

export const LEDGER_PORT = 8080;
