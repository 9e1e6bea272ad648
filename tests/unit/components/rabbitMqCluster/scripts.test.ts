import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { BrokerTls } from "../../../../components";
import { CLOSE_CLIENTS } from "../../../../components/rabbitMqCluster/closeClients";
import { FOUNDED_KEY } from "../../../../components/rabbitMqCluster/founded";
import { PodInfo } from "../../../../components/rabbitMqCluster/podInfo";
import { preStopScript } from "../../../../components/rabbitMqCluster/preStop";
import { leaveQueues, prepareScript, seedFile } from "../../../../components/rabbitMqCluster/prepare";
import { resolveBroker } from "../../../../components/rabbitMqCluster/resolve";

const broker = resolveBroker("mq", { namespace: "jobs", image: "rabbitmq", gracePeriodSeconds: 32 });
const NODE = "rabbit@mq-0.mq-nodes.jobs.svc.cluster.local";
const hostOf = (ordinal: number) => `mq-${ordinal}.mq-nodes.jobs.svc.cluster.local`;

/** Commands that the scripts call, as they behave on the test's machine: ALIVE peers serve, STOPPING ones say that they stop. */
const COMMANDS = {
  cp: "exit 0",
  chmod: "exit 0",
  timeout: 'shift; exec "$@"',
  // Asked whether a peer listens; ALIVE_THEN listen after ALIVE_AFTER sleeps.
  bash: `if [ -n "\${ALIVE_AFTER:-}" ] && [ "$(grep -c sleep "$LOG")" -ge "$ALIVE_AFTER" ]; then ALIVE=$ALIVE_THEN; fi
for peer in $ALIVE; do case "$2" in *"/$peer."*) exit 0;; esac; done
exit 1`,
  getent: `[ -z "$NO_DNS" ] || exit 2
for name in kubernetes.default $ALIVE; do case "$2" in "$name".*) exit 0;; esac; done
exit 2`,
  rabbitmqctl: `echo "rabbitmqctl $*" >> "$LOG"
case "$*" in
  *forget_cluster_node*) echo "$FORGET"; [ -z "$FORGET" ];;
  # Queues count the node until LEADERS_AFTER sleeps.
  *shrink_all*) [ -z "$UNANSWERED" ] || { echo "no answer"; exit 1; }
    [ "$(grep -c sleep "$LOG")" -ge "$LEADERS_AFTER" ] && echo 0 || echo 2;;
  *get_env*) for peer in $STOPPING; do case "$*" in *"@$peer."*) echo true;; esac; done;;
esac`,
  // Asked whether the certificate has the host name in its last argument.
  erl: `for host; do :; done
case " $CERTIFIED " in *" $host "*) exit 0;; esac
[ "$CERTIFIED" != nothing ] || exit 1
exit 3`,
  "rabbitmq-upgrade": 'echo "rabbitmq-upgrade $*" >> "$LOG"\n[ "$1" = drain ] || [ -n "$QUORUM" ]',
  // With STOP, the pod is deleted during the first sleep.
  sleep: 'echo sleep >> "$LOG"; [ -z "${STOP:-}" ] || kill -TERM "$PPID"',
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
        CERTIFIED: "",
        QUORUM: "",
        NO_DNS: "",
        LEADERS_AFTER: "0",
        UNANSWERED: "",
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
    const dirs = () => ({
      cookie: "/cookie",
      founded: join(folder, "founded"),
      podInfo: join(folder, "pod-info"),
      tls: "/tls",
    });
    const prepare = async (env: Record<string, string>) => ({
      ...(await run(prepareScript(broker, folder, dirs()), env)),
      seed: await readFile(seedFile(folder), "utf8"),
    });
    const found = async () => {
      await mkdir(dirs().founded);
      await writeFile(join(dirs().founded, FOUNDED_KEY), "mq");
    };
    const WAITING =
      "This volume is empty, and the installation has a cluster: waiting until another node serves";
    const forgotten = (ordinal: number) => [
      `rabbitmqctl --node rabbit@${hostOf(ordinal)} forget_cluster_node ${NODE}`,
      left(ordinal),
    ];
    const left = (ordinal: number) =>
      `rabbitmqctl --quiet --node rabbit@${hostOf(ordinal)} eval ${leaveQueues(NODE)}`;
    const JOINING = (ordinal: number) =>
      `This volume is empty: joining the cluster of ${hostOf(ordinal)} as a new member`;

    it("lets node 0 found the cluster of a new installation", async () => {
      assert.deepEqual(await prepare({}), { exitCode: 0, stdout: "", called: [], seed: "" });
    });

    it("with an empty volume, forgets itself in the living cluster and joins it", async () => {
      const { exitCode, called, seed } = await prepare({ ALIVE: "mq-2" });
      assert.equal(exitCode, 0);
      assert.deepEqual(called, forgotten(2));
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

    it("with an empty volume, waits until no queue counts its former member", async () => {
      const { exitCode, stdout, called, seed } = await prepare({ ALIVE: "mq-1", LEADERS_AFTER: "2" });
      assert.equal(exitCode, 0);
      assert.deepEqual(called, [...forgotten(1), "sleep", left(1), "sleep", left(1)]);
      const waiting =
        "This volume is empty, and 2 queues still count the node's former member: waiting until they have a leader";
      assert.deepEqual(stdout.split("\n"), [waiting, waiting, JOINING(1)]);
      assert.match(seed, /mq-1/);
    });

    it("with an empty volume, does not join when it cannot be known which queues count it", async () => {
      const { exitCode, stdout, seed } = await prepare({ ALIVE: "mq-1", UNANSWERED: "yes" });
      assert.deepEqual({ exitCode, stdout, seed }, { exitCode: 1, stdout: "no answer", seed: "" });
    });

    it("with an empty volume, waits until another node serves, then joins it", async () => {
      await found();
      const { exitCode, stdout, called, seed } = await prepare({ ALIVE_AFTER: "25", ALIVE_THEN: "mq-2" });
      assert.equal(exitCode, 0);
      assert.deepEqual(called, [...Array.from({ length: 25 }, () => "sleep"), ...forgotten(2)]);
      assert.equal(seed, `cluster_formation.k8s.seed_node = rabbit@${hostOf(2)}\n`);
      assert.deepEqual(stdout.split("\n"), [WAITING, WAITING, JOINING(2)]);
    });

    it("ends at once when its pod is deleted while it waits", async () => {
      await found();
      const { exitCode, called } = await prepare({ STOP: "yes" });
      assert.deepEqual({ exitCode, called }, { exitCode: 143, called: ["sleep"] });
    });

    it("with an empty volume, founds a cluster again when its pod has the label for it", async () => {
      await found();
      await mkdir(dirs().podInfo);
      await writeFile(join(dirs().podInfo, PodInfo.foundAgain), "true");
      assert.deepEqual(await prepare({}), { exitCode: 0, stdout: "", called: [], seed: "" });
    });

    it("with data, starts at once beside silent peers, and founds nothing", async () => {
      await found();
      await mkdir(join(folder, "mnesia", NODE));
      const { exitCode, called, seed } = await prepare({});
      assert.deepEqual({ exitCode, called }, { exitCode: 0, called: [] });
      assert.equal(seed, `cluster_formation.k8s.seed_node = rabbit@${hostOf(1)}\n`);
    });

    it("does not wait when it is the only node", async () => {
      await found();
      const single = resolveBroker("mq", { namespace: "jobs", image: "rabbitmq", replicas: 1 });
      assert.equal((await run(prepareScript(single, folder, dirs()), {})).exitCode, 0);
    });

    it("stays the member that it is when its volume holds its data", async () => {
      await mkdir(join(folder, "mnesia", NODE));
      const { exitCode, called } = await prepare({ ALIVE: "mq-1 mq-2" });
      assert.deepEqual({ exitCode, called }, { exitCode: 0, called: [] });
    });
  });

  describe("before it starts with TLS between nodes", () => {
    const start = (tls: BrokerTls, env: Record<string, string> = {}) => {
      const secured = resolveBroker("mq", { namespace: "jobs", image: "rabbitmq", tls });
      const dirs = { cookie: "/cookie", founded: "/none", podInfo: "/none", tls: "/tls" };
      return run(prepareScript(secured, folder, dirs), env);
    };
    const OWN = { secretName: "broker-tls", serverName: "broker.example.com" };

    it("says that a certificate of the user's lacks the node's name", async () => {
      const { exitCode, stdout, called } = await start({ ...OWN, interNode: true }, { ALIVE: "mq-1" });
      assert.deepEqual({ exitCode, called }, { exitCode: 1, called: [] });
      assert.equal(
        stdout,
        `tls.crt in the Secret of tls.secretName is not valid for ${hostOf(0)}. With tls.interNode, it must contain the exact host name of every broker node, because Erlang accepts no wildcard: docs/how-to/tls.md#between-broker-nodes`,
      );
    });

    it("says that a certificate of the user's is none", async () => {
      const { exitCode, stdout } = await start({ ...OWN, interNode: true }, { CERTIFIED: "nothing" });
      assert.equal(exitCode, 1);
      assert.equal(
        stdout,
        "tls.crt in the Secret of tls.secretName contains no certificate in PEM format: docs/how-to/tls.md#create-your-own-certificate",
      );
    });

    it("starts with a certificate that has the name, with a generated one, and without TLS between nodes", async () => {
      assert.equal((await start({ ...OWN, interNode: true }, { CERTIFIED: hostOf(0) })).exitCode, 0);
      for (const tls of [{ interNode: true }, OWN, { ...OWN, interNode: false }])
        assert.equal((await start(tls)).exitCode, 0);
    });
  });

  describe("before it stops", () => {
    const stop = (env: Record<string, string>) => run(preStopScript(broker), env);
    const LOOK = "rabbitmq-upgrade await_online_quorum_plus_one -t 10";
    const CLOSE = `rabbitmqctl --quiet --node ${NODE} eval ${CLOSE_CLIENTS}`.split("\n");
    const DRAIN = "rabbitmq-upgrade drain -t 3";

    it("closes its connections and drains at once when the others have a quorum without it", async () => {
      const { called } = await stop({ ALIVE: "mq-1 mq-2", QUORUM: "yes" });
      assert.deepEqual(called, [LOOK, ...CLOSE, DRAIN]);
    });

    it("does not wait for peers that stop, too, or are no pods any more", async () => {
      const { exitCode, called } = await stop({ ALIVE: "mq-1", STOPPING: "mq-1" });
      assert.equal(exitCode, 0);
      assert.equal(called.filter((line) => line === LOOK).length, 1);
      assert.equal(called.at(-1), DRAIN);
    });

    it("does not take peers for gone while DNS is away", async () => {
      const { called } = await stop({ ALIVE: "mq-1 mq-2", NO_DNS: "yes" });
      assert.equal(called.filter((line) => line === "sleep").length, 15);
    });

    it("leaves time for closing clients, the transfer, and the stop", () => {
      const waits = [60, 120, 300, 600].map((gracePeriodSeconds) =>
        Number(/date \+%s\) \+ (\d+)/.exec(preStopScript({ ...broker, gracePeriodSeconds }))?.[1]),
      );
      assert.deepEqual(waits, [30, 60, 210, 480]);
    });

    it("waits for a peer that goes on, as long as the transfer and the stop allow", async () => {
      const { exitCode, called } = await stop({ ALIVE: "mq-1 mq-2", STOPPING: "mq-1" });
      assert.equal(exitCode, 0);
      assert.equal(called.filter((line) => line === "sleep").length, 15);
      assert.equal(called.at(-1), DRAIN);
    });
  });
});
