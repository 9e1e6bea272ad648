import type { Cluster } from "./cluster";
import { ask } from "./forward";

/** RabbitMQ's management API, by port-forwarding to whichever broker pod answers. */
export interface ManagementApi {
  /** Asks the broker pods in turn, `first` first. Fails when none answers within 3 s. */
  get<T>(path: string, first?: string): Promise<T>;
}

const TIMEOUT_SECONDS = 3;

/** Signs in as the user that may only look. */
export class PodsManagementApi implements ManagementApi {
  /** The pod that answered last. */
  private favourite: string | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly namespace: string,
    private readonly url: URL,
    private readonly readyPods: () => Promise<string[]>,
  ) {}

  async get<T>(path: string, first = this.favourite): Promise<T> {
    const pods = await this.readyPods();
    const order = [...pods.filter((pod) => pod === first), ...pods.filter((pod) => pod !== first)];
    let failure: unknown = new Error(`no broker of ${this.namespace} is ready`);
    for (const pod of order) {
      try {
        const result = await this.ask<T>(pod, path);
        this.favourite = pod;
        return result;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  private ask<T>(pod: string, path: string): Promise<T> {
    const tls = this.url.protocol === "https:";
    return ask<T>(this.cluster, {
      namespace: this.namespace,
      pod,
      port: Number(this.url.port || (tls ? 443 : 80)),
      path: `/api${path}`,
      tls,
      auth: `${decodeURIComponent(this.url.username)}:${decodeURIComponent(this.url.password)}`,
      timeoutSeconds: TIMEOUT_SECONDS,
    });
  }
}
