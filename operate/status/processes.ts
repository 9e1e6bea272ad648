import type { V1Pod } from "@kubernetes/client-node";
import { METRICS } from "../../components/shared/celery/contract";
import type { Cluster } from "../cluster/cluster";
import { portOf, readMetrics, type Sample, valueOf } from "../cluster/metrics";
import { hasEnded, isReady, nameOf } from "../cluster/objects";
import { once, patiently } from "../cluster/patience";
import type { BeatStatus, ProcessStatus } from "./model";

/** A stopped process accepts a connection and never answers. */
const TIMEOUT_SECONDS = 2;
/** Connections through the API server at a time. */
const AT_ONCE = 16;

/** What the processes of all workloads report in their metrics, by pod. */
export type Pages = ReadonlyMap<string, readonly Sample[] | undefined>;

/** Reads the metrics of pods. */
export type PageReader = (cluster: Cluster, pods: readonly V1Pod[]) => Promise<Pages>;

/** Reads the metrics of the pods that serve them and whose process has started. Undefined for one that does not answer. */
export async function readPages(
  cluster: Cluster,
  pods: readonly V1Pod[],
  patience = patiently,
): Promise<Pages> {
  const waiting = pods.filter((pod) => portOf(pod, METRICS.name) !== undefined && hasStarted(pod));
  const pages = new Map<string, readonly Sample[] | undefined>();
  const work = async () => {
    for (let pod = waiting.shift(); pod; pod = waiting.shift())
      // Of a pod that is not ready, for example on a lost machine, no late answer is expected.
      pages.set(nameOf(pod), await read(cluster, pod, isReady(pod) ? patience : once));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return pages;
}

const read = (cluster: Cluster, pod: V1Pod, patience: typeof patiently): Promise<Sample[] | undefined> => {
  const port = portOf(pod, METRICS.name) ?? METRICS.fallback;
  return patience((timeoutSeconds = TIMEOUT_SECONDS) =>
    readMetrics(cluster, pod, { port, timeoutSeconds }),
  ).catch(() => undefined);
};

/** Its startup probe has succeeded, and it is not stopping. */
export const hasStarted = (pod: V1Pod): boolean =>
  !hasEnded(pod) &&
  pod.metadata?.deletionTimestamp === undefined &&
  (pod.status?.containerStatuses?.some(({ started, state }) => started && state?.running) ?? false);

/** The workers among these pods. */
export const processesOf = (pods: readonly V1Pod[], pages: Pages, now: Date): ProcessStatus[] =>
  pods
    .filter((pod) => pages.has(nameOf(pod)))
    .map((pod) => ({
      pod: nameOf(pod),
      runningSeconds: runningSeconds(pod, now),
      ...reportOf(pages.get(nameOf(pod))),
    }));

function runningSeconds({ status }: V1Pod, now: Date): number {
  const starts = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.running?.startedAt ?? []);
  const last = Math.max(...starts.map((start) => new Date(start).getTime()));
  return Math.max(0, Math.round((now.getTime() - last) / 1000));
}

function reportOf(samples: readonly Sample[] | undefined): Omit<ProcessStatus, "pod" | "runningSeconds"> {
  if (!samples) return { answers: false, consuming: false };
  const info = samples.find(({ name }) => name === "ha_celery_worker_info");
  return {
    answers: true,
    consuming: valueOf(samples, "ha_celery_worker_connected") === 1,
    slots: valueOf(samples, "ha_celery_worker_slots"),
    busy: valueOf(samples, "ha_celery_worker_slots_busy"),
    prefetched: valueOf(samples, "ha_celery_worker_tasks_prefetched"),
    celery: info?.labels.celery,
  };
}

/** Undefined unless a beat among these pods serves metrics. */
export function beatOf(pods: readonly V1Pod[], pages: Pages, now: Date): BeatStatus | undefined {
  const pod = pods.map(nameOf).find((name) => pages.has(name));
  if (pod === undefined) return undefined;
  const samples = pages.get(pod);
  if (!samples) return { answers: false };
  const tick = valueOf(samples, "ha_celery_beat_last_tick_timestamp_seconds");
  return {
    answers: true,
    lastTickSeconds: tick === undefined ? undefined : Math.max(0, now.getTime() / 1000 - tick),
    overdue: valueOf(samples, "ha_celery_beat_overdue_entries"),
  };
}
