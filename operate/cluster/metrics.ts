import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./cluster";
import { nameOf } from "./objects";
import { requestPodText } from "./podRequest";

/** One line of a page of metrics. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Where a page of metrics is. */
export interface MetricsPage {
  readonly port: number;
  /** @default /metrics */
  readonly path?: string;
  readonly tls?: boolean;
  /** @default 5 */
  readonly timeoutSeconds?: number;
}

/** Reads the metrics of a pod. Fails if it does not answer. */
export async function readMetrics(cluster: Cluster, pod: V1Pod, page: MetricsPage): Promise<Sample[]> {
  const namespace = pod.metadata?.namespace ?? "";
  return parseMetrics(
    await requestPodText(cluster, { namespace, pod: nameOf(pod), path: "/metrics", ...page }),
  );
}

/** The port that a pod declares under this name. */
export const portOf = (pod: V1Pod, name: string): number | undefined =>
  pod.spec?.containers.flatMap(({ ports = [] }) => ports).find((port) => port.name === name)?.containerPort;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Parses Prometheus' text format. */
export function parseMetrics(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const [, name, labels = "", value = ""] = LINE.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, key = "", escaped = ""]) => [key, unescape(escaped)]);
    return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: numberOf(value) }];
  });
}

const unescape = (text: string): string =>
  text.replace(/\\(.)/g, (_, each: string) => (each === "n" ? "\n" : each));

const numberOf = (text: string): number => Number(text.replace(/Inf$/, "Infinity"));

/** The value of a metric with one series. */
export const valueOf = (samples: readonly Sample[], name: string): number | undefined =>
  samples.find((sample) => sample.name === name)?.value;
