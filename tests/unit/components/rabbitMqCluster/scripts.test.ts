import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { preStopScript } from "../../../../components/rabbitMqCluster/preStop";
import { prepareScript, seedFile } from "../../../../components/rabbitMqCluster/prepare";
import { resolveBroker } from "../../../../components/rabbitMqCluster/resolve";

const broker = resolveBroker("mq", { namespace: "jobs", image: "rabbitmq", gracePeriodSeconds: 20 });
const NODE = "rabbit@mq-0.mq-nodes.jobs.svc.cluster.local";
const hostOf = (ordinal: number) => `mq-${ordinal}.mq-nodes.jobs.svc.cluster.local`;

/** Commands that the scripts call, as they behave on the test's machine: ALIVE peers serve, STOPPING ones say that they stop. */
const COMMANDS = {
  cp: "exit 0",
  chmod: "exit 0",
  timeout: 'shift; exec "$@"',
  // Asked whether a peer listens.
  bash: 'for peer in $ALIVE; do case "$2" in *"/$peer."*) exit 0;; esac; done; exit 1',
  getent: 'for peer in $ALIVE; do case "$2" in "$peer".*) exit 0;; esac; done; exit 2',
  rabbitmqctl: `echo "rabbitmqctl $*" >> "$LOG"
case "$*" in
  *forget_cluster_node*) echo "$FORGET"; [ -z "$FORGET" ];;
  *get_env*) for peer in $STOPPING; do case "$*" in *"@$peer."*) echo true;; esac; done;;
esac`,
  "rabbitmq-upgrade": 'echo "rabbitmq-upgrade $*" >> "$LOG"\n[ "$1" = drain ] || [ -n "$QUORUM" ]',
  sleep: 'echo sleep >> "$LOG"',
  // A second each time it is asked.
  date: 'echo x >> "$CLOCK"; wc -l < "$CLOCK"',
};

describe("the scripts of a broker's pod", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ha-celery-scripts-"));
    await mkdir(join(folder, "mnesia"));
    await mkdir(join(folder, "bin"));
    for (const [name, text] of Object.entries(COMMANDS)) {
      await writeFile(join(folder, "bin", name), `#!/bin/sh\n${text}\n`);
      await chmod(join(folder, "bin", name), 0o755);
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(script: string, env: Record<string, string>) {
    const { exitCode, stdout } = await execa("sh", ["-c", script], {
      reject: false,
      env: {
        ALIVE: "",
        STOPPING: "",
        FORGET: "",
        QUORUM: "",
        ...env,
        POD_NAME: "mq-0",
        POD_NAMESPACE: "jobs",
        RABBITMQ_NODENAME: NODE,
        LOG: join(folder, "log"),
        CLOCK: join(folder, "clock"),
        PATH: `${join(folder, "bin")}:${process.env.PATH}`,
      },
    });
    const called = (await readFile(join(folder, "log"), "utf8").catch(() => "")).split("\n").filter(Boolean);
    return { exitCode, stdout, called };
  }

  describe("before it starts", () => {
    const prepare = async (env: Record<string, string>) => ({
      ...(await run(prepareScript(broker, folder), env)),
      seed: await readFile(seedFile(folder), "utf8"),
    });

    it("lets node 0 found the cluster when no other serves", async () => {
      assert.deepEqual(await prepare({}), { exitCode: 0, stdout: "", called: [], seed: "" });
    });

    it("with an empty volume, forgets itself in the living cluster and joins it", async () => {
      const { exitCode, called, seed } = await prepare({ ALIVE: "mq-2" });
      assert.equal(exitCode, 0);
      assert.deepEqual(called, [`rabbitmqctl --node rabbit@${hostOf(2)} forget_cluster_node ${NODE}`]);
      assert.equal(seed, `cluster_formation.k8s.seed_node = rabbit@${hostOf(2)}\n`);
    });

    it("takes no offence when the cluster does not know it", async () => {
      const { exitCode, seed } = await prepare({ ALIVE: "mq-1", FORGET: "{:not_a_cluster_node, ...}" });
      assert.equal(exitCode, 0);
      assert.match(seed, /mq-1/);
    });

    it("fails, to be tried again, when it cannot be forgotten", async () => {
      const { exitCode, stdout, seed } = await prepare({ ALIVE: "mq-1", FORGET: "timeout" });
      assert.equal(exitCode, 1);
      assert.match(stdout, /timeout/);
      assert.equal(seed, "");
    });

    it("stays the member that it is when its volume holds its data", async () => {
      await mkdir(join(folder, "mnesia", NODE));
      const { exitCode, called } = await prepare({ ALIVE: "mq-1 mq-2" });
      assert.deepEqual({ exitCode, called }, { exitCode: 0, called: [] });
    });
  });

  describe("before it stops", () => {
    const stop = (env: Record<string, string>) => run(preStopScript(broker), env);
    const LOOK = "rabbitmq-upgrade await_online_quorum_plus_one -t 10";
    const DRAIN = "rabbitmq-upgrade drain -t 2";

    it("drains at once when the others have a quorum without it", async () => {
      assert.deepEqual((await stop({ ALIVE: "mq-1 mq-2", QUORUM: "yes" })).called, [LOOK, DRAIN]);
    });

    it("does not wait for peers that stop, too, or are no pods any more", async () => {
      const { exitCode, called } = await stop({ ALIVE: "mq-1", STOPPING: "mq-1" });
      assert.equal(exitCode, 0);
      assert.equal(called.filter((line) => line === LOOK).length, 1);
      assert.equal(called.at(-1), DRAIN);
    });

    it("waits for a peer that goes on, for four fifths of its time and no longer", async () => {
      const { exitCode, called } = await stop({ ALIVE: "mq-1 mq-2", STOPPING: "mq-1" });
      assert.equal(exitCode, 0);
      assert.equal(called.filter((line) => line === "sleep").length, 15);
      assert.equal(called.at(-1), DRAIN);
    });
  });
});
