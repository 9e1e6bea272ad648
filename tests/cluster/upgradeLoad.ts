import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa, type ExecaChildProcess } from "execa";
import { REPOSITORY } from "../../local/paths";

const WORKER = join(REPOSITORY, "docker", "worker");
const PYTHON = join(WORKER, ".venv", "bin", "python");
export const QUEUE = "upgraded";
/** Bytes that are kept of what publisher and worker write: two lines for each task. */
const LOG_BYTES = 2_000_000;

/** Publishes a task every 30 ms, each until it is confirmed, and notes its id then. */
const PUBLISH = `
import itertools, os, pathlib, time
from ha_celery import PublishError
from publishing_app import app
confirmed = open("confirmed", "a", buffering=1)
for number in itertools.count():
    if pathlib.Path("stop").exists(): break
    while True:
        try:
            app.send_task("publishing_app.work", (f"task {number}",), task_id=f"u-{number}", queue="${QUEUE}")
            break
        except PublishError as error:
            print(f"again: {error}", flush=True)
    confirmed.write(f"u-{number} {time.time()}\\n")
    time.sleep(0.03)
`;

/** A publisher and a worker with the product's Python package. */
export class UpgradeLoad {
  private readonly folder = mkdtempSync(join(tmpdir(), "ha-celery-upgrade-"));
  /** How often the worker has ended and was started again. */
  restarts = 0;
  private worker: ExecaChildProcess | undefined;
  private publisher: ExecaChildProcess | undefined;
  private isClosing = false;
  private written = "";

  constructor(private readonly url: string) {}

  start(): void {
    this.runWorker();
    this.publisher = this.run("-c", PUBLISH);
  }

  /** Like the kubelet, starts a worker that has ended again. */
  private runWorker(): void {
    const worker = ["-m", "celery", "--app=publishing_app", "worker", "--concurrency=2", `--queues=${QUEUE}`];
    const quiet = ["--loglevel=INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"];
    this.worker = this.run(...worker, ...quiet);
    void this.worker.then(() => {
      if (this.isClosing) return;
      this.restarts++;
      this.runWorker();
    });
  }

  private run(...argv: string[]): ExecaChildProcess {
    const child = execa(PYTHON, argv, {
      cwd: this.folder,
      all: true,
      reject: false,
      env: {
        HA_CELERY_BROKER_URL: this.url,
        HA_CELERY_QUEUES: QUEUE,
        HA_CELERY_STATE_DIR: this.folder,
        TEST_JOURNAL: join(this.folder, "journal"),
        PYTHONPATH: [join(WORKER, "tests"), WORKER].join(":"),
      },
    });
    child.all?.on(
      "data",
      (text: Buffer) => (this.written = (this.written + text.toString()).slice(-LOG_BYTES)),
    );
    return child;
  }

  /** Ids whose publishing the brokers have confirmed, with the time in seconds. */
  get confirmed(): { id: string; at: number }[] {
    return this.lines("confirmed").map((line) => {
      const [id = "", at] = line.split(" ");
      return { id, at: Number(at) };
    });
  }

  /** Ids of the tasks that have run to their end, in order. */
  get ran(): string[] {
    return this.lines("journal")
      .map((line) => JSON.parse(line) as { id: string; what: string })
      .filter(({ what }) => !what.startsWith("begin"))
      .map(({ id }) => id);
  }

  /** What publisher and worker have written, up to LOG_BYTES from its end. */
  get output(): string {
    return this.written;
  }

  /** Makes the worker write the stacks of its threads, as Celery does at this signal. */
  async writeStacks(): Promise<void> {
    this.worker?.kill("SIGUSR1");
    await sleep(2_000);
  }

  /** Ends the publisher after its current task. */
  async stopPublishing(): Promise<void> {
    writeFileSync(join(this.folder, "stop"), "");
    await this.publisher;
  }

  async close(): Promise<void> {
    this.isClosing = true;
    const children = [this.worker, this.publisher].filter((child) => child !== undefined);
    for (const child of children) child.kill("SIGTERM", { forceKillAfterTimeout: 10_000 });
    await Promise.all(children);
    rmSync(this.folder, { recursive: true });
  }

  private lines(file: string): string[] {
    try {
      return readFileSync(join(this.folder, file), "utf8").split("\n").slice(0, -1);
    } catch {
      return [];
    }
  }
}
