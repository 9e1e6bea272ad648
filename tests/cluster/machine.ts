import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { AppsV1Api, CoreV1Api, Exec, KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { LedgerReader } from "../../local/ledger";
import { REPOSITORY, stateDir } from "../../local/paths";
import { NO_COLOR } from "./noColor";

/** Cluster that the tests bring up and take down with the commands of the local target. */
export const CLUSTER = "test";
export const NAMESPACE = "celery";
const CONTEXT = `ha-celery-${CLUSTER}`;

/** Result of a command. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
}

/** A command of the local target, run the way a person runs it. */
export class Running {
  private static readonly all = new Set<Running>();
  output = "";
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;

  /** Interrupts the commands that are still running, and waits until they have undone their faults. */
  static async endAll(): Promise<void> {
    for (const each of Running.all) each.signal("SIGINT");
    await Promise.all([...Running.all].map(({ ended }) => ended));
  }

  /** Makes a signal to the tests end their commands, too. */
  static endOnSignal(): void {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => void Running.endAll().finally(() => process.exit(1)));
  }

  constructor(args: readonly string[], entry: "main" | "operate" = "main", checkout = REPOSITORY) {
    const startedAt = Date.now();
    // In its own process group, so that a signal reaches all of its processes, as Ctrl-C in a terminal does.
    this.child = spawn(join(REPOSITORY, "node_modules/.bin/node"), ["local/start.mts", entry, ...args], {
      cwd: checkout,
      detached: true,
      env: { ...process.env, ...NO_COLOR },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
        process.stdout.write(chunk.toString().replace(/^(?=.)/gm, "      | "));
      });
    }
    Running.all.add(this);
    this.ended = once(this.child, "close").then(([code]) => {
      Running.all.delete(this);
      const seconds = (Date.now() - startedAt) / 1000;
      return { code: code as number | null, output: this.output, seconds };
    });
  }

  signal(name: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.child;
    if (pid && exitCode === null && signalCode === null) process.kill(-pid, name);
  }

  async until(text: RegExp): Promise<void> {
    let over = false;
    void this.ended.then(() => (over = true));
    while (!text.test(this.output)) {
      if (over) throw new Error(`the command ended before it printed ${text}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export const command = (...args: string[]): Promise<Ended> =>
  new Running([...args, `--cluster=${CLUSTER}`]).ended;
export const start = (...args: string[]): Running => new Running([...args, `--cluster=${CLUSTER}`]);

/** Runs a drill or another command of `ha-celery` on the cluster. */
export const operate = (...args: string[]): Running =>
  new Running([...args, `--cluster=${CLUSTER}`], "operate");

export function kubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(join(stateDir(CLUSTER), "kubeconfig"));
  return config;
}

export const core = (): CoreV1Api => kubeConfig().makeApiClient(CoreV1Api);
export const apps = (): AppsV1Api => kubeConfig().makeApiClient(AppsV1Api);
export const ledger = (): LedgerReader =>
  new LedgerReader(join(stateDir(CLUSTER), "kubeconfig"), CONTEXT, NAMESPACE);

export async function pods(name: string): Promise<V1Pod[]> {
  const { items } = await core().listNamespacedPod({
    namespace: NAMESPACE,
    labelSelector: `app.kubernetes.io/name=${name}`,
  });
  return items;
}

/** A container of a pod in a cluster. */
export interface Place {
  readonly config: KubeConfig;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** Runs a command in a container and returns its output. */
export async function executeIn(place: Place, ...argv: string[]): Promise<string> {
  const { config, namespace, pod, container } = place;
  const { Writable } = await import("node:stream");
  let output = "";
  const sink = () =>
    new Writable({ write: (chunk: Buffer, _, done) => ((output += chunk.toString()), done()) });
  await new Promise<void>((resolve, reject) => {
    new Exec(config)
      .exec(namespace, pod, container, argv, sink(), sink(), null, false, (status) => {
        if (status.status === "Success") resolve();
        else reject(new Error(`${argv.join(" ")} in ${pod}: ${status.message ?? ""}\n${output}`));
      })
      .catch(reject);
  });
  return output;
}

/** Returns the broker pod that leads a queue. */
export async function leaderOf(queue: string): Promise<string> {
  const [pod] = await pods("rabbitmq");
  const listed = await executeIn(
    { config: kubeConfig(), namespace: NAMESPACE, pod: pod?.metadata?.name ?? "", container: "rabbitmq" },
    ...["rabbitmqctl", "--quiet", "--formatter=json", "list_queues", "--vhost=celery", "name", "leader"],
  );
  const queues = JSON.parse(listed.slice(listed.indexOf("["))) as { name: string; leader: string }[];
  const leader = queues.find(({ name }) => name === queue)?.leader;
  if (!leader) throw new Error(`queue ${queue} has no leader: ${listed}`);
  return leader.replace(/^rabbit@/, "").split(".")[0] ?? "";
}
