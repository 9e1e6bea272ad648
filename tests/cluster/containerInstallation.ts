import { connect } from "node:net";
import { execa } from "execa";
import type { ClusterAccess } from "../../operate/cli/clusterAccess";
import { runCommandLine } from "../../operate/cli/program";
import type { Cluster } from "../../operate/cluster/cluster";

/** A broker container, as an installation of one broker in Kubernetes. */
export interface ContainerInstallation {
  /** Name of the container. */
  readonly container: string;
  /** Published ports of the container, by port. */
  readonly ports: Readonly<Record<number, number>>;
  /** Secrets of the installation, by name. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly protected?: boolean;
  /** Queues of its worker pool. */
  readonly queues: readonly string[];
  /** Name that clients verify in the broker's certificate. */
  readonly serverName: string;
}

const NAMESPACE = "shop";

/** The parts of a cluster that the commands for queues and dead letters use. */
export function clusterOf(installation: ContainerInstallation): Cluster {
  const { container, ports, queues, serverName } = installation;
  const secrets = Object.entries(installation.secrets).map(([name, data]) => ({
    metadata: { name },
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    ),
  }));
  const pod = {
    metadata: { name: "mq-0" },
    status: { podIP: "10.0.0.1", conditions: [{ type: "Ready", status: "True" }] },
  };
  const set = {
    metadata: {
      namespace: NAMESPACE,
      name: "mq",
      annotations: { "ha-celery/deletion-protection": String(installation.protected ?? false) },
    },
    spec: {
      replicas: 1,
      selector: {},
      template: { spec: { containers: [{}], volumes: [{ name: "tls", secret: { secretName: "mq-tls" } }] } },
    },
  };
  const env = [
    { name: "HA_CELERY_QUEUES", value: queues.join(",") },
    { name: "HA_CELERY_BROKER_SERVER_NAME", value: serverName },
  ];
  const pool = {
    metadata: { name: "mail-workers" },
    spec: {
      selector: { matchLabels: { app: "mail-workers" } },
      template: { metadata: { labels: { "ha-celery/broker": "mq" } }, spec: { containers: [{ env }] } },
    },
  };
  return {
    context: "containers",
    apps: {
      listStatefulSetForAllNamespaces: async () => ({ items: [set] }),
      listNamespacedDeployment: async () => ({ items: [pool] }),
    },
    core: {
      listNamespacedSecret: async () => ({
        items: secrets.filter(({ metadata }) => metadata.name !== "mq-tls"),
      }),
      listNamespacedPod: async () => ({ items: [] }),
      readNamespacedSecret: async ({ name }: { name: string }) =>
        secrets.find(({ metadata }) => metadata.name === name),
    },
    pods: async () => [pod],
    exec: async (_: object, ...command: string[]) =>
      (await execa("docker", ["exec", container, ...command])).stdout,
    forward: {
      portForward: async (
        _namespace: string,
        _pod: string,
        [port = 0]: number[],
        output: NodeJS.WritableStream,
        errors: NodeJS.WritableStream | null,
        input: NodeJS.ReadableStream,
      ) => {
        // What is left of the first message of a real port-forward, the port's number.
        errors?.write(Buffer.alloc(0));
        const socket = connect(ports[port] ?? 0, "127.0.0.1");
        const stream = { onclose: (): void => undefined, close: () => socket.destroy() };
        socket.on("data", (data) => output.write(data));
        socket.on("error", () => undefined);
        socket.on("close", () => stream.onclose());
        input.on("data", (data) => socket.write(data));
        return stream;
      },
    },
  } as unknown as Cluster;
}

/** Connects to the installation. It counts as a remote one, which needs consent. */
export const accessTo = (installation: ContainerInstallation): ClusterAccess => ({
  addOptions: (command) =>
    command.option("--context <name>").option("--namespace <name>").option("--name <name>"),
  connect: async () => ({ cluster: clusterOf(installation), local: false }),
  contexts: async () => ["containers"],
});

/** Runs `ha-celery` for the installation in this variable. */
if (process.env.TEST_INSTALLATION !== undefined)
  runCommandLine(accessTo(JSON.parse(process.env.TEST_INSTALLATION) as ContainerInstallation));
