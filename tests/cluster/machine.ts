import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { AppsV1Api, CoreV1Api, Exec, KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { LedgerReader } from "../../local/ledger";
import { REPOSITORY, stateDir } from "../../local/paths";

/** The cluster of the tests, beside whatever local cluster a developer has. */
export const CLUSTER = "test";
export const NAMESPACE = "celery";
const CONTEXT = `ha-celery-${CLUSTER}`;

/** A command of the local target as a person runs it. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
}

export class Running {
  output = "";
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;

  constructor(args: readonly string[], program = "local/main.ts") {
    const startedAt = Date.now();
    // A process group of its own, so that a signal reaches all of it, as Ctrl-C in a terminal does.
    this.child = spawn(join(REPOSITORY, "node_modules/.bin/node"), ["--import=tsx", program, ...args], {
      cwd: REPOSITORY,
      detached: true,
      // Colours, which are also on where CI is set, would stand between the words that tests look for.
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
        process.stdout.write(chunk.toString().replace(/^(?=.)/gm, "      | "));
      });
    }
    this.ended = once(this.child, "close").then(([code]) => ({
      code: code as number | null,
      output: this.output,
      seconds: (Date.now() - startedAt) / 1000,
    }));
  }

  signal(name: NodeJS.Signals): void {
    if (this.child.pid) process.kill(-this.child.pid, name);
  }

  async until(text: RegExp): Promise<void> {
    let over = false;
    void this.ended.then(() => (over = true));
    while (!text.test(this.output)) {
      if (over) throw new Error(`ended before it said ${text}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export const command = (...args: string[]): Promise<Ended> =>
  new Running([...args, `--cluster=${CLUSTER}`]).ended;
export const start = (...args: string[]): Running => new Running([...args, `--cluster=${CLUSTER}`]);

export function kubeConfig(cluster = CLUSTER): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(join(stateDir(cluster), "kubeconfig"));
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

/** Runs a command in a container and gives back what it printed. */
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

/** The broker pod that leads a queue. */
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
