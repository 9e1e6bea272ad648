import { userProblems } from "../shared/celery/validation";
import { computeProblems, durationProblems, quantityProblems } from "../shared/validation";
import type { LedgerOptions } from "./args";

/** Everything wrong with the arguments of a ledger. */
export function ledgerProblems(options: LedgerOptions): string[] {
  return [
    ...quantityProblems("storage.size", options.storage?.size, "1Gi"),
    ...computeProblems(options.compute),
    ...userProblems(options.runAsUser),
    ...durationProblems("readyTimeout", options.readyTimeout),
  ];
}
