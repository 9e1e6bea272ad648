import { DEFAULT_QUEUES, PUBLISH_BUDGET_SECONDS } from "../shared/celery/contract";
import { type Identity, identityOf } from "../shared/labels";
import { omitUndefined } from "../shared/omitUndefined";
import type { CeleryClientArgs } from "./args";

/** Arguments of a client with all defaults. */
export interface ResolvedClient extends CeleryClientArgs, Identity {
  secretName: string;
  publishBudgetSeconds: number;
  namespaces: string[];
  queues: string[];
  observable: boolean;
}

export function resolveClient(name: string, args: CeleryClientArgs): ResolvedClient {
  return {
    secretName: name,
    publishBudgetSeconds: PUBLISH_BUDGET_SECONDS.fallback,
    namespaces: [],
    queues: DEFAULT_QUEUES,
    observable: false,
    ...omitUndefined(args),
    ...identityOf("celery-client", name, "client"),
  };
}
