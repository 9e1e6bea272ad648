import type { V1PodTemplateSpec } from "@kubernetes/client-node";
import { UserError } from "../../errors";
import { nameOf } from "../../cluster/cluster";
import type { Installation } from "../../cluster/installation";
import { workerOf } from "./objects";

/** A worker pool of the user's. */
export interface Pool {
  readonly name: string;
  readonly template: V1PodTemplateSpec;
  readonly selector: string;
  readonly queue: string;
}

/** The pool that was named, or the only one. */
export function poolOf({ namespace, name, pools }: Installation, { pool }: { pool?: string }): Pool {
  const fitting = pools.filter(
    (each) => pool === undefined || nameOf(each) === pool || instanceOf(each) === pool,
  );
  const [first] = fitting;
  const known = pools.map(instanceOf).join(", ");
  if (!first)
    throw new UserError(
      known
        ? `There is no worker pool "${pool}" in ${namespace}. There are: ${known}.`
        : `No worker pool of ${namespace}/${name} was found: a drill's own workers are made after one. Deploy CeleryWorkers first.`,
    );
  const template = first.spec?.template ?? {};
  const env = workerOf(template.spec ?? { containers: [] }).env ?? [];
  return {
    name: nameOf(first),
    template,
    selector: Object.entries(first.spec?.selector.matchLabels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
    queue: env.find((variable) => variable.name === "HA_CELERY_QUEUES")?.value?.split(",")[0] ?? "tasks",
  };
}

/** As the user named it in the program. */
const instanceOf = (pool: { metadata?: { name?: string; labels?: Record<string, string> } }): string =>
  pool.metadata?.labels?.["app.kubernetes.io/instance"] ?? nameOf(pool);
