import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { LedgerReader, type LedgerSummary } from "../../local/ledger";
import { InstallationCommands } from "./commandLine";
import { until } from "./lettersBroker";
import { executeIn } from "./machine";
import { ProviderStack, succeeded, touched } from "./providerStack";
import { NAMESPACE, program, type QUEUES, WEB, type Wishes } from "./rebuiltProgram";
import { openSharedCluster, type SharedCluster } from "./sharedCluster";

interface Letters {
  readonly total: number;
  readonly letters: readonly { id: string; task: string; reason: string; queue: string; deaths: number }[];
}

interface Replayed {
  readonly replayed: readonly { id: string }[];
  readonly others: number;
}

/** Tasks of a run: those with its name as the first part of their id. */
interface Run {
  readonly name: string;
  readonly task: string;
  readonly queue: (typeof QUEUES)[number];
  readonly count: number;
  readonly delaySeconds?: number;
}

/** They kill their worker until the app is corrected. */
const CHARGES: Run = { name: "charge", task: "charge", queue: "mail", count: 3 };
/** Workers do not know them until the app is deployed that has them. */
const SHIPMENTS: Run = { name: "ship", task: "ship", queue: "reports", count: 200 };
const LETTERS = CHARGES.count + SHIPMENTS.count;
/** The second is due when the installation is being rebuilt, the third later. */
const WAITING: readonly Run[] = [
  { name: "mail", task: "work", queue: "mail", count: 300 },
  { name: "report", task: "work", queue: "reports", count: 100 },
  { name: "soon", task: "work", queue: "mail", count: 20, delaySeconds: 20 },
  { name: "late", task: "work", queue: "reports", count: 20, delaySeconds: 120 },
];
const TASKS = LETTERS + WAITING.reduce((sum, { count }) => sum + count, 0);

/** A task that kills its worker is a dead letter at the third time instead of the twentieth, to save minutes. */
const FEWER_DELIVERIES = ["set_operator_policy", "-p", "celery", "fewer", "^mail$", '{"delivery-limit":2}'];

describe("an installation that is lost, on a real cluster", () => {
  const stack = new ProviderStack();
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-rebuilt-"));
  const file = join(folder, "tasks.jsonl");
  const wishes: Wishes = { kubeconfig: "", registry: "", bases: { rabbitmq: "", worker: "" }, version: "1" };
  let shared: SharedCluster;
  let config: KubeConfig;
  let commands: InstallationCommands;
  let dueAt = 0;

  const core = () => config.makeApiClient(CoreV1Api);
  const ran = (name: string): Promise<LedgerSummary> =>
    new LedgerReader(wishes.kubeconfig, shared.cluster.context, NAMESPACE).summary(name);
  const letters = (...words: string[]) => commands.json<Letters>("dead-letters", "list", ...words);
  const place = (pod: string, container: string) => ({ config, namespace: NAMESPACE, pod, container });

  /** Publishes as the user's service does. */
  async function publish(...runs: readonly Run[]): Promise<void> {
    const script = `
import json, sys
from ha_celery import create_app
app = create_app("web")
for run in json.loads(sys.argv[1]):
    for number in range(run["count"]):
        app.send_task(f"shop.tasks.{run['task']}", task_id=f"{run['name']}-{number}",
                      queue=run["queue"], countdown=run.get("delaySeconds"))`;
    const labelSelector = `app=${WEB}`;
    const { items } = await core().listNamespacedPod({ namespace: NAMESPACE, labelSelector });
    const pod = items[0]?.metadata?.name ?? "";
    await executeIn(place(pod, WEB), "python", "-c", script, JSON.stringify(runs));
  }

  async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const began = Date.now();
    const result = await work();
    console.log(`      ${what}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
    return result;
  }

  async function volumes(): Promise<string[]> {
    const { items } = await core().listPersistentVolume();
    return items
      .filter(({ spec }) => spec?.claimRef?.namespace === NAMESPACE)
      .map(({ metadata }) => metadata?.name ?? "");
  }

  before(async () => {
    shared = await openSharedCluster(NAMESPACE);
    ({ config } = shared);
    Object.assign(wishes, { bases: shared.bases, registry: shared.cluster.registry });
    wishes.kubeconfig = shared.cluster.kubeconfigPath;
    commands = new InstallationCommands(shared.cluster, NAMESPACE);
    await stack.open(() => program(wishes)(), shared.tools);
    succeeded(await timed("deployed", () => stack.run("up")));
  });
  after(async () => {
    stack.close();
    rmSync(folder, { recursive: true });
    await shared.close();
  });

  it("had dead letters: tasks that kill their worker, and tasks that no worker knows", async () => {
    await executeIn(place("celery-broker-0", "rabbitmq"), "rabbitmqctl", "--quiet", ...FEWER_DELIVERIES);
    await publish(CHARGES, SHIPMENTS);
    await until("all are dead", async () => (await letters()).total === LETTERS);
    const { letters: found } = await letters("--limit=1000");
    const of = ({ name }: Run) => found.filter(({ id }) => id.startsWith(`${name}-`));
    assert.deepEqual(new Set(of(CHARGES).map(({ reason }) => reason)), new Set(["delivery_limit"]));
    assert.deepEqual(new Set(of(SHIPMENTS).map(({ reason }) => reason)), new Set(["rejected"]));
    assert.deepEqual([of(CHARGES).length, of(SHIPMENTS).length], [CHARGES.count, SHIPMENTS.count]);
    const { stdout } = await commands.haCelery("dead-letters", "show", "charge-1");
    const { headers } = JSON.parse(stdout) as { headers: Record<string, unknown> };
    assert.equal(headers.task, "shop.tasks.charge");
    assert.equal(headers["x-last-death-queue"], "mail");
  });

  it("continues with a copy of its state when the state is lost", async () => {
    const copy = join(folder, "state.json");
    await stack.cli(["stack", "export", "--file", copy]);
    stack.loseState();
    await stack.cli(["stack", "init"]);
    await stack.cli(["stack", "import", "--file", copy]);
    succeeded(await stack.run("refresh"));
    assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
  });

  it("is backed up with all queues, delayed tasks and dead letters", async () => {
    for (const pool of (await stack.output("pools")) as string[])
      await commands.kubectl(`kubectl scale deployment ${pool} --namespace ${NAMESPACE} --replicas=0`);
    await until("no worker is left", async () => {
      const labelSelector = "app.kubernetes.io/name=celery-worker";
      return (await core().listNamespacedPod({ namespace: NAMESPACE, labelSelector })).items.length === 0;
    });
    const late = WAITING.find(({ name }) => name === "late");
    dueAt = Date.now() / 1000 + (late?.delaySeconds ?? 0);
    await publish(...WAITING);
    const taken = await timed("backed up", () =>
      commands.json<{ messages: number; arrived: number }>("backup", file, "--all-queues"),
    );
    assert.deepEqual([taken.messages, taken.arrived], [TASKS, 0]);
  });

  it("is rebuilt from its state after its volumes were destroyed, too", async () => {
    const former = await stack.output("amqpUrl");
    assert.equal((await volumes()).length, 4);
    succeeded(await timed("destroyed", () => stack.run("destroy")));
    await until("its volumes are gone", async () => (await volumes()).length === 0);
    wishes.version = "2";
    succeeded(await timed("rebuilt", () => stack.run("up")));
    assert.notEqual(await stack.output("amqpUrl"), former);
    assert.equal((await letters()).total, 0);
  });

  it("runs all tasks of the backup, once, the delayed ones when they are due", async () => {
    const restored = await timed("restored", () =>
      commands.json<{ published: number; present: number }>("restore", file, "--yes"),
    );
    assert.deepEqual([restored.published, restored.present], [TASKS, 0]);
    for (const { name, count } of WAITING) {
      await until(`all tasks of ${name} have run`, async () => (await ran(name)).executed === count);
      assert.equal((await ran(name)).executions, count, name);
    }
    const began = (await ran("late")).firstStarted ?? 0;
    assert.ok(began >= dueAt, `${(dueAt - began).toFixed(1)} s too early`);
    // The broker counts a queue as empty if its leader does not answer within 5 s.
    await timed("dead letters counted", () =>
      until("all dead letters are there", async () => (await letters()).total === LETTERS),
    );
  });

  it("replays dead letters by id, by task and by age, each under its own id", async () => {
    const replay = (...words: string[]) => commands.json<Replayed>("dead-letters", "replay", ...words);
    const ids = async (...words: string[]) => (await replay(...words)).replayed.map(({ id }) => id);
    assert.deepEqual(await ids("charge-1"), ["charge-1"]);
    await until("it has run", async () => (await ran(CHARGES.name)).executed === 1);
    assert.deepEqual(await ids("--task=shop.tasks.charge", "--older-than=1h"), []);
    assert.deepEqual(await ids("--task=shop.tasks.charge", "--newer-than=1h"), ["charge-0", "charge-2"]);
    await until("all have run", async () => (await ran(CHARGES.name)).executed === CHARGES.count);
    assert.equal((await ran(CHARGES.name)).executions, CHARGES.count);
  });

  it("exports, purges and imports them", async () => {
    const exported = join(folder, "letters.jsonl");
    assert.equal((await commands.haCelery("dead-letters", "export", exported)).code, 0);
    const purge = ["dead-letters", "purge", "--task=shop.tasks.ship", "--yes"];
    assert.equal((await commands.haCelery(...purge)).code, 0);
    assert.equal((await letters()).total, 0);
    assert.equal((await commands.haCelery("dead-letters", "import", exported)).code, 0);
    assert.equal((await letters()).total, SHIPMENTS.count);
  });

  it("loses none when replays are killed, and runs at most one twice for each", async () => {
    let kills = 0;
    for (const after of [20, 80]) {
      const command = commands.spawn("dead-letters", "replay", "--task=shop.tasks.ship");
      await until(`${after} have run`, async () => (await ran(SHIPMENTS.name)).executed >= after);
      command.kill("SIGKILL");
      kills += (await command).signal === "SIGKILL" ? 1 : 0;
    }
    assert.equal(kills, 2, "the replay ended before it was killed");
    // The brokers return what a killed command held once they notice that it is gone.
    await until("the rest has run", async () => {
      await commands.haCelery("dead-letters", "replay", "--task=shop.tasks.ship");
      return (await ran(SHIPMENTS.name)).executed === SHIPMENTS.count;
    });
    assert.equal((await letters()).total, 0);
    const { executions } = await ran(SHIPMENTS.name);
    console.log(`      ${executions} runs of ${SHIPMENTS.count} tasks after ${kills} kills`);
    assert.ok(executions <= SHIPMENTS.count + kills, `${executions} runs`);
  });

  it("is healthy in the end", async () => {
    // What the brokers count is up to 5 s old.
    await until("nothing is wrong", async () => (await commands.haCelery("status")).code === 0);
  });
});
