import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type ChannelModel, connect, type ConfirmChannel } from "amqplib";
import { execa, type ExecaChildProcess } from "execa";
import { definitionsJson } from "../../components/rabbitMqCluster/definitions";
import type { ResolvedBroker } from "../../components/rabbitMqCluster/resolve";
import { REPOSITORY } from "../../local/paths";
import { BrokerContainer } from "./brokerContainer";
import { Authority } from "./certificates";
import { collected, type Output, runHaCelery } from "./commandLine";
import { accessTo, type ContainerInstallation } from "./containerInstallation";

const WORKER = join(REPOSITORY, "docker", "worker");
const PYTHON = join(WORKER, ".venv", "bin", "python");
const VHOST = "celery";
const NAME = "mq.example.com";
/** Host of the Service, which is not the name in the certificate. */
const HOST = "mq-client.shop.svc";
const QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"];

/** A broker with the product's definitions: users, rights, policies, and the queue of dead letters; with TLS. */
export class LettersBroker {
  readonly folder = mkdtempSync(join(tmpdir(), "ha-celery-letters-"));
  private readonly authority = new Authority();
  private readonly broker: BrokerContainer;
  private readonly connections: ChannelModel[] = [];
  private readonly workers: ExecaChildProcess[] = [];
  private settings: ContainerInstallation | undefined;

  constructor(name: string) {
    const certificate = this.authority.issue(NAME);
    const login = (user: string) => ({ name: user, password: `${user}-password` });
    this.broker = new BrokerContainer(name, {
      ports: [5671, 15672],
      configuration: [
        "listeners.ssl.default = 5671",
        "ssl_options.cacertfile = /etc/rabbitmq/test/ca.crt",
        "ssl_options.certfile = /etc/rabbitmq/test/tls.crt",
        "ssl_options.keyfile = /etc/rabbitmq/test/tls.key",
        "load_definitions = /etc/rabbitmq/test/definitions.json",
      ],
      files: {
        ...certificate,
        "definitions.json": definitionsJson({ vhost: VHOST } as ResolvedBroker, {
          application: [login("celery")],
          deadLetters: [login("dead-letters")],
          monitoring: login("monitoring"),
        }),
      },
    });
  }

  async start(queues: readonly string[]): Promise<void> {
    await this.broker.start();
    const ports = Object.fromEntries(
      await Promise.all([5671, 5672, 15672].map(async (port) => [port, await this.broker.port(port)])),
    ) as Record<number, number>;
    this.settings = {
      container: this.broker.name,
      ports,
      queues,
      serverName: NAME,
      secrets: {
        "mq-tls": { "ca.crt": this.authority.certificate },
        "mq-application": {
          "amqp-url": `amqps://celery:celery-password@${HOST}:5671/${VHOST}`,
          username: "celery",
          vhost: VHOST,
        },
        "mq-dead-letters": {
          "amqp-url": `amqps://dead-letters:dead-letters-password@${HOST}:5671/${VHOST}`,
          username: "dead-letters",
          vhost: VHOST,
        },
        "mq-monitoring": { "management-url": `http://monitoring:monitoring-password@${HOST}:15672/${VHOST}` },
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map(stop));
    await Promise.all(this.connections.map((connection) => connection.close().catch(() => undefined)));
    await this.broker.stop();
    this.authority.close();
    rmSync(this.folder, { recursive: true });
  }

  control(...argv: string[]): Promise<string> {
    return this.broker.control(...argv);
  }

  get installation(): ContainerInstallation {
    if (!this.settings) throw new Error("the broker has not started");
    return this.settings;
  }

  /** A channel of the application's user. */
  async channel(user = "celery"): Promise<ConfirmChannel> {
    const connection = await connect(
      `amqp://${user}:${user}-password@127.0.0.1:${this.installation.ports[5672]}/${VHOST}`,
    );
    this.connections.push(connection);
    return connection.createConfirmChannel();
  }

  /** Starts `ha-celery` as a user does. */
  spawn(words: readonly string[], more: Partial<ContainerInstallation> = {}): ExecaChildProcess {
    const env = { TEST_INSTALLATION: JSON.stringify({ ...this.installation, ...more }) };
    const command = execa(
      process.execPath,
      ["--import=tsx", join(REPOSITORY, "tests/cluster/containerInstallation.ts"), ...words],
      { env, cwd: REPOSITORY, reject: false, stdin: "ignore" },
    );
    return collected(command);
  }

  /** Runs a command in this process. */
  run(...words: string[]): Promise<Output> {
    return runHaCelery(accessTo(this.installation), ...words);
  }

  /** The object that a command prints. */
  async json<T>(...words: string[]): Promise<T> {
    const { stdout, stderr } = await this.run(...words, "--json");
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as T;
  }

  /** Runs a script that has `app`, the app of the worker. */
  async publish(script: string): Promise<void> {
    await execa(PYTHON, ["-c", `from publishing_app import app\n${script}`], this.python());
  }

  /** Starts a worker and waits until it takes tasks. Returns a function that stops it. */
  async worker(queue: string, app = "publishing_app"): Promise<() => Promise<void>> {
    const options = ["--loglevel=INFO", "--concurrency=2", `--queues=${queue}`, ...QUIET];
    const worker = execa(PYTHON, ["-m", "celery", `--app=${app}`, "worker", ...options], {
      ...this.python(),
      all: true,
      reject: false,
    });
    this.workers.push(worker);
    await new Promise<void>((resolve, reject) => {
      worker.all?.on("data", (text: Buffer) => text.includes("ready.") && resolve());
      void worker.then(({ all }) => reject(new Error(all)));
    });
    return () => stop(worker);
  }

  /** Ids of the tasks that have run, in order. */
  get ran(): string[] {
    return this.entries.map(({ id }) => id);
  }

  /** What the tasks have noted, with the time in seconds. */
  get entries(): { readonly id: string; readonly time: number }[] {
    try {
      return readFileSync(join(this.folder, "journal"), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as { id: string; time: number });
    } catch {
      return [];
    }
  }

  private python() {
    return {
      cwd: this.folder,
      env: {
        HA_CELERY_BROKER_URL: `amqp://celery:celery-password@127.0.0.1:${this.installation.ports[5672]}/${VHOST}`,
        HA_CELERY_QUEUES: this.installation.queues.join(","),
        HA_CELERY_STATE_DIR: this.folder,
        TEST_JOURNAL: join(this.folder, "journal"),
        PYTHONPATH: [join(WORKER, "tests"), WORKER].join(":"),
      },
    };
  }
}

async function stop(worker: ExecaChildProcess): Promise<void> {
  worker.kill("SIGTERM", { forceKillAfterTimeout: 20_000 });
  await worker;
}

export const outputOf = ({
  exitCode,
  stdout,
  stderr,
}: {
  exitCode: number;
  stdout: string;
  stderr: string;
}): Output => ({ code: exitCode, stdout, stderr });

/** Waits up to three minutes. */
export async function until(what: string, done: () => Promise<boolean> | boolean): Promise<void> {
  for (const deadline = Date.now() + 180_000; !(await done()); await setTimeout(200))
    if (Date.now() > deadline) throw new Error(`not within three minutes: ${what}`);
}
