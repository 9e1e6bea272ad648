import type { Cluster } from "./cluster";
import { requestPod } from "./podRequest";

/** RabbitMQ's management API, reached by port-forwarding to any broker pod that answers. */
export interface ManagementApi {
  /** Tries the broker pods in turn, beginning with the one that answered last. Fails if none of them answers in time. */
  get<T>(path: string, timeoutSeconds?: number): Promise<T>;
  /** Asks one pod. Fails if it does not answer in time. */
  getFrom<T>(pod: string, path: string, timeoutSeconds?: number): Promise<T>;
}

/** Short, because a broker of a lost machine never answers, and another one does. */
const TIMEOUT_SECONDS = 3;

/** Signs in as the monitoring user, which has read-only access. */
export class PodsManagementApi implements ManagementApi {
  /** The pod that answered last. */
  private lastAnswered: string | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly namespace: string,
    private readonly url: URL,
    private readonly readyPods: () => Promise<string[]>,
  ) {}

  async get<T>(path: string, timeoutSeconds?: number): Promise<T> {
    const pods = await this.readyPods();
    const first = this.lastAnswered;
    const order = [...pods.filter((pod) => pod === first), ...pods.filter((pod) => pod !== first)];
    let failure: unknown = new Error(`no broker of ${this.namespace} is ready`);
    for (const pod of order) {
      try {
        const result = await this.getFrom<T>(pod, path, timeoutSeconds);
        this.lastAnswered = pod;
        return result;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  getFrom<T>(pod: string, path: string, timeoutSeconds = TIMEOUT_SECONDS): Promise<T> {
    const tls = this.url.protocol === "https:";
    return requestPod<T>(this.cluster, {
      namespace: this.namespace,
      pod,
      port: Number(this.url.port || (tls ? 443 : 80)),
      path: `/api${path}`,
      tls,
      auth: `${decodeURIComponent(this.url.username)}:${decodeURIComponent(this.url.password)}`,
      timeoutSeconds,
    });
  }
}
