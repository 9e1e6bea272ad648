import type { KubeConfig } from "@kubernetes/client-node";
import { Cluster } from "../../operate/cluster/cluster";
import { isReady, nameOf } from "../../operate/cluster/objects";
import { requestPod } from "../../operate/cluster/podRequest";

interface Target {
  readonly scrapePool: string;
  readonly health: string;
  readonly lastError: string;
}

interface Alert {
  readonly name: string;
  readonly health: string;
}

/** Reads the API of the Prometheus in a namespace. */
export class PrometheusReader {
  private readonly cluster: Cluster;

  constructor(
    config: KubeConfig,
    private readonly namespace: string,
  ) {
    this.cluster = new Cluster(config);
  }

  async targets(): Promise<readonly Target[]> {
    return (await this.read<{ activeTargets: Target[] }>("targets?state=active")).activeTargets;
  }

  /** The alerting rules, in the order of their file. */
  async alerts(): Promise<readonly Alert[]> {
    const { groups } = await this.read<{ groups: { rules: Alert[] }[] }>("rules");
    return groups.flatMap(({ rules }) => rules);
  }

  /** Number of series that a query returns. */
  async samples(query: string): Promise<number> {
    const { result } = await this.read<{ result: unknown[] }>(`query?query=${encodeURIComponent(query)}`);
    return result.length;
  }

  /** Names of all metrics of a namespace. */
  async metrics(namespace: string): Promise<readonly string[]> {
    return this.read<string[]>(
      `label/__name__/values?match[]=${encodeURIComponent(`{namespace="${namespace}"}`)}`,
    );
  }

  private async read<T>(path: string): Promise<T> {
    const pods = await this.cluster.pods(this.namespace, "app.kubernetes.io/name=prometheus");
    const pod = pods.find(isReady);
    if (!pod) throw new Error(`no Prometheus is ready in ${this.namespace}`);
    const request = { namespace: this.namespace, pod: nameOf(pod), port: 9090, path: `/api/v1/${path}` };
    const { data } = await requestPod<{ data: T }>(this.cluster, { ...request, timeoutSeconds: 30 });
    return data;
  }
}
