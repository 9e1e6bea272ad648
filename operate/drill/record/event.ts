import type { CoreV1Event } from "@kubernetes/client-node";
import type { Cluster } from "../../cluster/cluster";
import type { Installation } from "../../cluster/installation";
import { type DrillRecord, Outcome, sentenceOf } from "./record";

const REASONS: Readonly<Record<Outcome, string>> = {
  passed: "DrillPassed",
  failed: "DrillFailed",
  refused: "DrillRefused",
  broken: "DrillBroken",
};
/** Limit of the Kubernetes API. */
const LONGEST_MESSAGE = 1024;
const COMPONENT = "ha-celery-drill";

type Owner = Pick<Installation, "namespace" | "name">;

/** Creates an event of the brokers' StatefulSet, which `kubectl describe` shows for an hour. */
export async function createEvent(cluster: Cluster, owner: Owner, record: DrillRecord): Promise<void> {
  const { namespace, name } = owner;
  const { metadata } = await cluster.apps.readNamespacedStatefulSet({ namespace, name });
  await cluster.core.createNamespacedEvent({ namespace, body: eventOf(owner, metadata?.uid, record) });
}

export function eventOf(owner: Owner, uid: string | undefined, record: DrillRecord): CoreV1Event {
  const { namespace, name } = owner;
  const at = new Date(record.finishedAt);
  return {
    metadata: { name: `${name}.${record.run}`, namespace },
    involvedObject: { apiVersion: "apps/v1", kind: "StatefulSet", namespace, name, uid },
    type: record.outcome === Outcome.Passed ? "Normal" : "Warning",
    reason: REASONS[record.outcome],
    message: sentenceOf(owner, record).slice(0, LONGEST_MESSAGE),
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: record.run,
    action: "Drill",
  };
}
