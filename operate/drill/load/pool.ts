import type { V1Deployment, V1PodTemplateSpec } from "@kubernetes/client-node";
import type { Installation } from "../../cluster/installation";
import { labelSelector, nameOf } from "../../cluster/objects";
import { queuesOfPool } from "../../cluster/poolQueues";
import { UsageError } from "../../errors";

/** One of the user's worker pools. */
export interface Pool {
  readonly name: string;
  readonly template: V1PodTemplateSpec;
  readonly selector: string;
  readonly queue: string;
}

/** Returns the pool with the given name, or the first one. */
export function poolOf({ namespace, name, pools }: Installation, { pool }: { pool?: string }): Pool {
  const [deployment] = pools.filter(
    (each) => pool === undefined || nameOf(each) === pool || instanceOf(each) === pool,
  );
  const known = pools.map(instanceOf).join(", ");
  if (!deployment)
    throw new UsageError(
      known
        ? `There is no worker pool "${pool}" in ${namespace}. Use one of: ${known}.`
        : `No worker pool of ${namespace}/${name} was found, and the drill's workers use the pod template of one. Deploy CeleryWorkers first.`,
    );
  const template = deployment.spec?.template ?? {};
  return {
    name: nameOf(deployment),
    template,
    selector: labelSelector(deployment.spec?.selector.matchLabels),
    queue: queuesOfPool(deployment)[0] ?? "tasks",
  };
}

/** Name of the pool in the user's program. */
const instanceOf = (pool: V1Deployment): string =>
  pool.metadata?.labels?.["app.kubernetes.io/instance"] ?? nameOf(pool);
