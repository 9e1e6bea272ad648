import { PassThrough } from "node:stream";
import {
  type KubeConfig,
  AppsV1Api,
  BatchV1Api,
  CoordinationV1Api,
  CoreV1Api,
  Exec,
  NetworkingV1Api,
  PolicyV1Api,
  PortForward,
  StorageV1Api,
  type V1Pod,
  type V1Status,
} from "@kubernetes/client-node";

/** One cluster, by a context of a kubeconfig. */
export class Cluster {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly batch: BatchV1Api;
  readonly policy: PolicyV1Api;
  readonly storage: StorageV1Api;
  readonly coordination: CoordinationV1Api;
  readonly networkPolicies: NetworkingV1Api;
  readonly forward: PortForward;

  constructor(private readonly config: KubeConfig) {
    this.core = config.makeApiClient(CoreV1Api);
    this.apps = config.makeApiClient(AppsV1Api);
    this.batch = config.makeApiClient(BatchV1Api);
    this.policy = config.makeApiClient(PolicyV1Api);
    this.storage = config.makeApiClient(StorageV1Api);
    this.coordination = config.makeApiClient(CoordinationV1Api);
    this.networkPolicies = config.makeApiClient(NetworkingV1Api);
    this.forward = new PortForward(config);
  }

  get context(): string {
    return this.config.getCurrentContext();
  }

  /** Runs a command in a container and gives back what it said. Fails with its error output when it ends with an error. */
  async exec(where: Container, ...command: string[]): Promise<string> {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const said = { out: "", err: "" };
    out.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
    err.on("data", (chunk: Buffer) => (said.err += chunk.toString()));
    const status = await new Promise<V1Status>((resolve, reject) => {
      new Exec(this.config)
        .exec(where.namespace, where.pod, where.container, command, out, err, null, false, resolve)
        .then((socket) => {
          // A node that falls silent closes nothing.
          const silent = setTimeout(() => socket.close(), (where.timeoutSeconds ?? 60) * 1000);
          socket.onclose = () => {
            clearTimeout(silent);
            reject(new Error(`${command[0]} in ${where.pod}: the connection ended before the command`));
          };
        }, reject);
    });
    if (status.status === "Success") return said.out;
    throw new Error(`${command.join(" ")} in ${where.pod}: ${said.err.trim() || status.message}`);
  }

  /** Pods that are not about to end. */
  async pods(namespace: string, labelSelector: string): Promise<V1Pod[]> {
    const { items } = await this.core.listNamespacedPod({ namespace, labelSelector });
    return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }
}

export interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** @default 60 */
  readonly timeoutSeconds?: number;
}

export const nameOf = (object: { metadata?: { name?: string } }): string => object.metadata?.name ?? "";

export const isReady = (pod: V1Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;

/** For `.catch` of a delete: gone is as good as deleted. */
export function absent(error: unknown): undefined {
  if ((error as { code?: number }).code === 404) return undefined;
  throw error;
}
