import { PassThrough } from "node:stream";
import {
  type KubeConfig,
  AppsV1Api,
  BatchV1Api,
  CoordinationV1Api,
  CoreV1Api,
  Exec,
  KubernetesObjectApi,
  NetworkingV1Api,
  PolicyV1Api,
  PortForward,
  RbacAuthorizationV1Api,
  StorageV1Api,
  type V1Pod,
  type V1Status,
  VersionApi,
  type VersionInfo,
} from "@kubernetes/client-node";

/** Clients for the APIs of one cluster. */
export class Cluster {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly batch: BatchV1Api;
  readonly policy: PolicyV1Api;
  readonly storage: StorageV1Api;
  readonly coordination: CoordinationV1Api;
  readonly networkPolicies: NetworkingV1Api;
  readonly rbac: RbacAuthorizationV1Api;
  /** For kinds that have no client above. */
  readonly objects: KubernetesObjectApi;
  readonly forward: PortForward;

  constructor(private readonly config: KubeConfig) {
    this.core = config.makeApiClient(CoreV1Api);
    this.apps = config.makeApiClient(AppsV1Api);
    this.batch = config.makeApiClient(BatchV1Api);
    this.policy = config.makeApiClient(PolicyV1Api);
    this.storage = config.makeApiClient(StorageV1Api);
    this.coordination = config.makeApiClient(CoordinationV1Api);
    this.networkPolicies = config.makeApiClient(NetworkingV1Api);
    this.rbac = config.makeApiClient(RbacAuthorizationV1Api);
    this.objects = KubernetesObjectApi.makeApiClient(config);
    this.forward = new PortForward(config);
  }

  get context(): string {
    return this.config.getCurrentContext();
  }

  /** Namespace of the context. Undefined if the kubeconfig names none. */
  get namespace(): string | undefined {
    return this.config.getContextObject(this.context)?.namespace;
  }

  /** Version of the control plane. */
  version(): Promise<VersionInfo> {
    return this.config.makeApiClient(VersionApi).getCode();
  }

  /** Runs a command in a container and returns its output. Fails with its error output if it exits with an error. */
  async exec(container: ContainerReference, ...command: string[]): Promise<string> {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const output = { out: "", err: "" };
    // A character may begin in one chunk and end in the next.
    out.setEncoding("utf8").on("data", (text: string) => (output.out += text));
    err.setEncoding("utf8").on("data", (text: string) => (output.err += text));
    const status = await new Promise<V1Status>((resolve, reject) => {
      new Exec(this.config)
        .exec(
          container.namespace,
          container.pod,
          container.container,
          command,
          out,
          err,
          null,
          false,
          resolve,
        )
        .then((socket) => {
          // A node that loses power never closes the connection.
          const timer = setTimeout(() => socket.close(), (container.timeoutSeconds ?? 60) * 1000);
          socket.onclose = () => {
            clearTimeout(timer);
            reject(new Error(`${command[0]} in ${container.pod}: the connection ended before the command`));
          };
        }, reject);
    });
    if (status.status === "Success") return output.out;
    throw new Error(`${command.join(" ")} in ${container.pod}: ${output.err.trim() || status.message}`);
  }

  /** Returns the pods that are not terminating. */
  async pods(namespace: string, labelSelector: string): Promise<V1Pod[]> {
    const { items } = await this.core.listNamespacedPod({ namespace, labelSelector });
    return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }
}

/** A container, and how long a command in it may take. */
export interface ContainerReference {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** @default 60 */
  readonly timeoutSeconds?: number;
}
