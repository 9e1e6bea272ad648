import { sum } from "d3-array";
import type { Cluster } from "../../../operate/cluster/cluster";
import { nameOf } from "../../../operate/cluster/objects";
import type { V1Pod } from "@kubernetes/client-node";

/** The file of cgroup v2, or else that of cgroup v1. A container sees only its own. */
const COMMAND = [
  "sh",
  "-c",
  "cat /sys/fs/cgroup/cpu.stat 2>/dev/null || cat /sys/fs/cgroup/cpuacct/cpuacct.usage",
];

/** CPU time that pods have used until a time. */
export interface CpuSample {
  /** Unix time in seconds, the clock of the ledger's events. */
  readonly at: number;
  readonly seconds: number;
}

/** Reads the CPU time of all containers of pods. */
export async function sampleCpu(cluster: Cluster, pods: readonly V1Pod[]): Promise<CpuSample> {
  const containers = pods.flatMap((pod) =>
    (pod.spec?.containers ?? []).map((container) => ({
      namespace: pod.metadata?.namespace ?? "",
      pod: nameOf(pod),
      container: container.name,
    })),
  );
  const texts = await Promise.all(containers.map((container) => cluster.exec(container, ...COMMAND)));
  return { at: Date.now() / 1000, seconds: sum(texts, cpuSecondsOf) };
}

/** Seconds in `cpu.stat`, whose unit is a microsecond, or in `cpuacct.usage`, whose unit is a nanosecond. */
export function cpuSecondsOf(text: string): number {
  const usage = /^usage_usec (\d+)$/m.exec(text)?.[1];
  return usage === undefined ? Number(text.trim()) / 1e9 : Number(usage) / 1e6;
}

/** Milliseconds of CPU per task that ended between two samples. Undefined if too few did. */
export function cpuPerTask(from: CpuSample, until: CpuSample, ends: readonly number[]): number | undefined {
  const tasks = ends.filter((end) => end > from.at && end <= until.at).length;
  return tasks < LEAST ? undefined : Math.round((1e5 * (until.seconds - from.seconds)) / tasks) / 100;
}

/** The commands that read the samples take CPU time, too. */
const LEAST = 1_000;
