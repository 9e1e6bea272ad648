import type { Brokers } from "../../cluster/brokers";
import { isReady, nameOf } from "../../cluster/objects";
import { type DrillRecord, Outcome } from "./record";

/** Prefix of RabbitMQ's global parameters that docker/rabbitmq/drills serves as metrics. */
const PARAMETER = "ha_celery_drill.";

/**
 * Has every broker node serve the verdict as a metric. A drill without a verdict changes nothing if it was refused,
 * because it says nothing about the scene.
 */
export async function publishMetrics(brokers: Brokers, record: DrillRecord): Promise<void> {
  if (record.outcome === Outcome.Refused) return;
  const pod = (await brokers.pods()).find(isReady);
  if (!pod) throw new Error("no broker is ready");
  await brokers.exec({ pod: nameOf(pod) }, ...parameterCommand(record));
}

export const parameterCommand = ({ scene, outcome, finishedAt }: DrillRecord): string[] => [
  "rabbitmqctl",
  "--quiet",
  "set_global_parameter",
  `${PARAMETER}${scene}`,
  JSON.stringify({
    passed: outcome === Outcome.Passed ? 1 : 0,
    finished: Math.round(new Date(finishedAt).getTime() / 1000),
  }),
];
