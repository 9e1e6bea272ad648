import type { V1Pod } from "@kubernetes/client-node";
import { max, median } from "d3-array";
import type { Cluster } from "../../operate/cluster/cluster";
import { nameOf } from "../../operate/cluster/objects";
import { wait } from "../../operate/waiting";
import { sampleCpu } from "../compare/throughput/cpu";

const MIB = 2 ** 20;

/** Memory without the page cache: cgroup v1 has one file, cgroup v2 another. */
const MEMORY = [
  "sh",
  "-c",
  "sed -n 's/^total_rss //p' /sys/fs/cgroup/memory/memory.stat 2>/dev/null || sed -n 's/^anon //p' /sys/fs/cgroup/memory.stat",
];

/** What pods use while nothing is published. */
export interface AtRest {
  readonly pods: number;
  /** MiB of the first container of each pod. */
  readonly medianMib: number;
  readonly largestMib: number;
  /** Percent of one CPU that all of them use together. */
  readonly cpuPercent: number;
}

/** Memory of the first container of each pod, in MiB. */
export async function memoryOf(cluster: Cluster, pods: readonly V1Pod[]): Promise<number[]> {
  const texts = await Promise.all(
    pods.map((pod) => {
      const container = pod.spec?.containers[0]?.name ?? "";
      return cluster.exec(
        { namespace: pod.metadata?.namespace ?? "", pod: nameOf(pod), container },
        ...MEMORY,
      );
    }),
  );
  return texts.map((text) => Number(text.trim()) / MIB);
}

/** Measures pods for some time. */
export async function atRest(
  cluster: Cluster,
  pods: readonly V1Pod[],
  seconds: number,
  signal: AbortSignal,
): Promise<AtRest> {
  const from = await sampleCpu(cluster, pods);
  await wait(seconds, signal);
  const to = await sampleCpu(cluster, pods);
  const memory = await memoryOf(cluster, pods);
  return {
    pods: pods.length,
    medianMib: Math.round(median(memory) ?? 0),
    largestMib: Math.round(max(memory) ?? 0),
    cpuPercent: Math.round((1000 * (to.seconds - from.seconds)) / (to.at - from.at)) / 10,
  };
}
