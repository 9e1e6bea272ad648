import assert from "node:assert/strict";
import { mock } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BrokerCluster, Publisher } from "./brokerCluster";
import { PLAIN, program, SECURE, SHOP, type Wishes } from "./brokerProgram";
import { Authority } from "./certificates";
import { publishOnce, webGoesOn } from "./ownService";
import { ProviderStack, succeeded, touched } from "./providerStack";
import { openSharedCluster, type SharedCluster } from "./sharedCluster";

const SERVER_NAME = "broker.example.com";
const GROWN =
  'RabbitMqCluster "plain-mq": storage.size changed 1Gi -> 2Gi. Claim templates are immutable; replacing the StatefulSet would stop every broker. Grow the claims first: docs/how-to/grow-storage.md.';
const INTER_NODE =
  'RabbitMqCluster "plain-mq": tls.interNode changed false -> true. Nodes with and without it cannot connect to each other';
const INTER_NODE_PORT = 25672;
/** Argument of `rabbitmqctl eval` that prints the protocol between nodes. */
const PROTOCOL = "{ok, [[Protocol]]} = init:get_argument(proto_dist), list_to_atom(Protocol).";
const quiet = () => undefined;
const nodeHost = (namespace: string, ordinal: number) =>
  `${namespace}-mq-${ordinal}.${namespace}-mq-nodes.${namespace}.svc.cluster.local`;

/** Prints how long an operation takes. */
async function timed<T>(what: string, work: Promise<T>): Promise<T> {
  const began = Date.now();
  const result = await work;
  console.log(`      ${what}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

describe("changing brokers under load, on a real cluster", () => {
  const stack = new ProviderStack();
  const authority = new Authority();
  const certificate = () =>
    authority.issue(SERVER_NAME, `*.${SECURE}.svc`, ...[0, 1, 2].map((each) => nodeHost(SECURE, each)));
  const wishes: Wishes = {
    kubeconfig: "",
    registry: "",
    bases: { rabbitmq: "", worker: "" },
    size: "1Gi",
    passwordRevision: 0,
    isPlainSecured: false,
    isPlainInterNode: false,
    serverName: SERVER_NAME,
    authority: authority.certificate,
  };
  let shared: SharedCluster;
  let cluster: BrokerCluster;
  let renewed: Promise<number>;

  const login = async () => {
    const url = String(await stack.output("plainUrl"));
    const { username, password } = new URL(url);
    return { url, username, password };
  };

  before(async () => {
    shared = await openSharedCluster(PLAIN, SECURE, SHOP);
    wishes.bases = shared.bases;
    wishes.kubeconfig = shared.cluster.kubeconfigPath;
    wishes.registry = shared.cluster.registry;
    cluster = new BrokerCluster(shared);
    await cluster.prepare(certificate());
    await stack.open(() => program(wishes)(), shared.tools);
  });
  after(async () => {
    stack.close();
    authority.close();
    await shared.close();
  });

  it("creates a broker without TLS and one with TLS", async () => {
    succeeded(await timed("up", stack.run("up")));
    for (const namespace of [PLAIN, SECURE]) assert.equal(await cluster.runningNodes(namespace), 3);
    assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
  });

  describe("a broker with TLS", () => {
    const connect = (env: Record<string, string> = {}, first = "") =>
      cluster.inWorker(
        SECURE,
        `${first}
from counter.tasks import app
with app.connection_for_write() as connection:
    connection.ensure_connection(max_retries=1)
    print("connected as", connection.info()["transport"])`,
        env,
      );

    it("serves publishers and workers that trust the authority", async () => {
      const publisher = new Publisher(cluster, SECURE, "tls");
      await publisher.start();
      await publisher.stop();
      const { confirmed, executed, lost } = await cluster.settled(SECURE, "tls");
      assert.ok(
        confirmed > 0 && executed === confirmed && lost === 0,
        `${executed} of ${confirmed} executed`,
      );
    });

    it("opens no port without TLS", async () => {
      const brokers = await cluster.pods(SECURE, "rabbitmq");
      const addresses = brokers.map(({ status }) => status?.podIP ?? "");
      assert.equal(addresses.length, 3);
      const answers = await cluster.inWorker(
        SECURE,
        `
import socket
for host in ${JSON.stringify(addresses)}:
    for port in (5671, 15671, 15691, 5672, 15672, 15692):
        try:
            socket.create_connection((host, port), timeout=5).close()
            print(port, "open")
        except ConnectionRefusedError:
            print(port, "refused")`,
      );
      const open = [5671, 15671, 15691].map((port) => `${port} open`);
      const each = [...open, ...[5672, 15672, 15692].map((port) => `${port} refused`)];
      assert.deepEqual(answers.trim().split(/\r?\n/), [...each, ...each, ...each]);
    });

    it("is refused by a client that trusts another authority or expects another host name", async () => {
      assert.match(await connect(), /connected/);
      const other = new Authority();
      const file = "/tmp/other.crt";
      const write = `open(${JSON.stringify(file)}, "w").write(${JSON.stringify(other.certificate)})`;
      other.close();
      await assert.rejects(connect({ HA_CELERY_BROKER_CA: file }, write), /CERTIFICATE_VERIFY_FAILED/);
      await assert.rejects(
        connect({ HA_CELERY_BROKER_SERVER_NAME: "other.example.com" }),
        /Hostname mismatch/,
      );
    });

    it("refuses nodes and commands without a certificate", async () => {
      const host = nodeHost(SECURE, 1);
      const answer = await cluster.inWorker(
        SECURE,
        `
import os, socket, ssl
trust = ssl.create_default_context(cafile=os.environ["HA_CELERY_BROKER_CA"])
with trust.wrap_socket(socket.create_connection(("${host}", 25672), 10), server_hostname="${host}") as tls:
    print(tls.version())
    try:
        tls.recv(1)
    except ssl.SSLError as error:
        print(error.reason)`,
      );
      assert.deepEqual(answer.trim().split(/\s+/), ["TLSv1.3", "TLSV13_ALERT_CERTIFICATE_REQUIRED"]);
      const command = ["rabbitmqctl", "--quiet", "eval", "length(nodes())."];
      assert.equal((await cluster.inBroker(SECURE, ...command)).trim(), "2");
      const plain = ["env", "--unset=RABBITMQ_CTL_ERL_ARGS", ...command];
      await assert.rejects(cluster.inBroker(SECURE, ...plain), /unable to perform an operation on node/);
    });

    it("lets the monitoring user read the queues", async () => {
      const { items } = await cluster.core.listNamespacedSecret({ namespace: SECURE });
      const url = items.find(({ data }) => data?.["management-url"])?.data?.["management-url"] ?? "";
      const script = `
import json, os, ssl, urllib.parse, urllib.request
url = urllib.parse.urlsplit(${JSON.stringify(Buffer.from(url, "base64").toString())})
passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
root = f"{url.scheme}://{url.hostname}:{url.port}"
passwords.add_password(None, root, url.username, url.password)
trust = ssl.create_default_context(cafile=os.environ["HA_CELERY_BROKER_CA"])
opener = urllib.request.build_opener(
    urllib.request.HTTPSHandler(context=trust), urllib.request.HTTPBasicAuthHandler(passwords))
queue = json.load(opener.open(f"{root}/api/queues{url.path}/tasks", timeout=10))
print(queue["name"], queue["type"])`;
      assert.match(await cluster.inWorker(SECURE, script), /^tasks quorum/);
    });

    it("receives a new certificate", async () => {
      const next = certificate();
      await cluster.putCertificate(SECURE, next);
      renewed = servedAfter(SECURE, next["tls.crt"], INTER_NODE_PORT);
      // The last test awaits the result.
      renewed.catch(quiet);
    });
  });

  describe("a service of the user's own in another namespace", () => {
    for (const namespace of [PLAIN, SECURE])
      it(`publishes to the ${namespace} broker with envFrom and a label only`, async () => {
        assert.match(await publishOnce(cluster, namespace, "first"), /published as celery /);
      });

    it("publishes with the CA certificates as a mounted file", async () => {
      await webGoesOn(cluster, SECURE);
      const [pod] = await cluster.webPods(SECURE);
      const file = "/etc/ha-celery/broker-ca/ca.crt";
      const mounted = await cluster.inPod(
        SHOP,
        pod?.metadata?.name ?? "",
        "web",
        "sh",
        "-c",
        `echo $HA_CELERY_BROKER_CA; cat ${file}`,
      );
      assert.equal(mounted.replaceAll("\r", "").trim(), `${file}\n${authority.certificate.trim()}`);
    });
  });

  describe("growing volumes", () => {
    let before: string[];
    const set = () => cluster.apps.readNamespacedStatefulSet({ namespace: PLAIN, name: "plain-mq" });

    it("rejects an update of the size, in the preview too, and changes nothing", async () => {
      before = await cluster.uids(PLAIN, "rabbitmq");
      const { metadata } = await set();
      wishes.size = "2Gi";
      for (const operation of ["preview", "up"] as const) {
        const outcome = await timed(operation, stack.run(operation));
        assert.ok(`${outcome.error}\n${outcome.messages.join("\n")}`.includes(GROWN), outcome.error);
      }
      assert.equal((await set()).metadata?.resourceVersion, metadata?.resourceVersion);
      assert.deepEqual(await cluster.uids(PLAIN, "rabbitmq"), before);
    });

    it("grows the volumes by the documented procedure without stopping a broker", async () => {
      const where = { namespace: PLAIN };
      const { items } = await cluster.core.listNamespacedPersistentVolumeClaim({
        ...where,
        labelSelector: "app.kubernetes.io/instance=plain-mq",
      });
      assert.equal(items.length, 3);
      for (const { metadata } of items) {
        const name = metadata?.name ?? "";
        const path = "/spec/resources/requests/storage";
        const body = [{ op: "replace", path, value: "2Gi" }];
        await cluster.core.patchNamespacedPersistentVolumeClaim({ ...where, name, body });
      }
      const publisher = new Publisher(cluster, PLAIN, "grow");
      await publisher.start();
      await cluster.apps.deleteNamespacedStatefulSet({
        ...where,
        name: "plain-mq",
        propagationPolicy: "Orphan",
      });
      succeeded(await timed("refresh", stack.run("refresh")));
      const up = succeeded(await timed("up", stack.run("up")));
      assert.deepEqual(up.steps["plain-mq-set"], ["create"]);
      assert.deepEqual(
        touched(up).filter((name) => /^plain-(mq-client|pool)/.test(name)),
        [],
      );

      assert.deepEqual(await cluster.uids(PLAIN, "rabbitmq"), before, "a broker pod was replaced");
      const { spec } = await set();
      assert.equal(spec?.volumeClaimTemplates?.[0]?.spec?.resources?.requests?.storage, "2Gi");
      assert.equal(await cluster.runningNodes(PLAIN), 3);
      await publisher.stop();
      assert.equal((await cluster.settled(PLAIN, "grow")).lost, 0);
      assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
    });
  });

  describe("rotating the password", () => {
    /** Increases the revision while tasks are published with the previous password. */
    async function rotate(revision: number): Promise<void> {
      const { url } = await login();
      const workers = await cluster.uids(PLAIN, "celery-worker");
      const secret = await cluster.publishersSecret(PLAIN);
      const webPods = await cluster.webPods(PLAIN);
      const publishedByWeb = await webGoesOn(cluster, PLAIN);
      const publisher = new Publisher(cluster, PLAIN, `revision-${revision}`);
      await publisher.start(url);
      const { executed } = await cluster.summary(PLAIN, publisher.run);
      wishes.passwordRevision = revision;
      const { steps } = succeeded(await timed("up", stack.run("up")));
      const after = await cluster.summary(PLAIN, publisher.run);
      assert.ok(
        after.executed > executed + 200,
        `only ${after.executed - executed} tasks were executed during the update`,
      );
      assert.doesNotMatch(await publisher.stop(), /ACCESS_REFUSED|refused using authentication/);
      const { confirmed, lost, duplicated } = await cluster.settled(PLAIN, publisher.run);
      assert.equal(lost, 0, `${lost} of ${confirmed} lost`);
      console.log(
        `      ${confirmed} tasks published and executed during the update, ${lost} lost, ${duplicated} duplicated`,
      );

      assert.deepEqual(steps["plain-mq-set"], ["update"]);
      assert.deepEqual(steps["plain-pool-workers"], ["update"]);
      const order = ["plain-mq-definitions", "plain-mq-set", "plain-mq-client", "plain-pool-workers"];
      assert.deepEqual(
        Object.keys(steps).filter((name) => order.includes(name)),
        order,
      );
      const now = await cluster.uids(PLAIN, "celery-worker");
      assert.deepEqual(
        now.filter((uid) => workers.includes(uid)),
        [],
        "a worker was not replaced",
      );
      assert.equal(await cluster.runningNodes(PLAIN), 3);

      // The user's own service: the Secret is the same object, and the pods of the same Pulumi program have restarted.
      for (const place of ["", `-${SHOP}`])
        assert.deepEqual(steps[`plain-client-values${place}`], ["update"]);
      assert.deepEqual(steps["plain-web"], ["update"]);
      const updated = await cluster.publishersSecret(PLAIN);
      assert.equal(updated.uid, secret.uid);
      assert.notEqual(updated.url, secret.url);
      assert.equal(updated.url, (await login()).url);
      const restarted = await cluster.webPods(PLAIN);
      const names = webPods.map(({ metadata }) => metadata?.name);
      assert.ok(restarted.length > 0 && restarted.every(({ metadata }) => !names.includes(metadata?.name)));
      assert.equal(restarted[0]?.status?.containerStatuses?.[0]?.restartCount, 0);
      assert.ok((await webGoesOn(cluster, PLAIN)) > publishedByWeb);
      const { username } = await login();
      const log = await publishOnce(cluster, PLAIN, `again${revision}`);
      assert.match(log, new RegExp(`published as ${username} `));
    }

    it("loses no task, and accepts the previous password until the next rotation", async () => {
      const first = await login();
      assert.equal(first.username, "celery");
      await rotate(1);
      const second = await login();
      assert.equal(second.username, "celery-2");
      assert.ok(
        await cluster.accepts(PLAIN, first.username, first.password),
        "the previous password does not work",
      );

      await rotate(2);
      const third = await login();
      assert.equal(third.username, "celery");
      assert.notEqual(third.password, first.password);
      assert.ok(await cluster.accepts(PLAIN, third.username, third.password));
      assert.ok(await cluster.accepts(PLAIN, second.username, second.password));
      assert.equal(
        await cluster.accepts(PLAIN, first.username, first.password),
        false,
        "the retired password works",
      );
      assert.deepEqual(await cluster.readsDeadLetters(PLAIN), { application: false, deadLetters: true });
      for (const { password } of [first, second, third]) assert.ok(!stack.stateText.includes(password));
    });
  });

  describe("losing all brokers at once, and a volume", () => {
    for (const [namespace, ordinal] of [
      [PLAIN, 0],
      [SECURE, 2],
    ] as const)
      it(`has one cluster and all tasks when the volume is that of node ${ordinal} (${namespace})`, async () => {
        // Reads from the nodes that are killed here.
        if (namespace === SECURE) await renewed;
        const publisher = new Publisher(cluster, namespace, `volume-${ordinal}`);
        await publisher.start();
        await cluster.scaleWorkers(namespace, 0);
        const before = await cluster.summary(namespace, publisher.run);
        await cluster.until("a backlog", async () => {
          const { confirmed } = await cluster.summary(namespace, publisher.run);
          return confirmed > before.confirmed + 200;
        });
        await publisher.stop();

        await cluster.killBrokers(namespace, ordinal);
        await timed(
          "one cluster of three",
          cluster.until("one cluster of three", () => cluster.isWhole(namespace)),
        );
        const log = await cluster.prepareLog(namespace, ordinal);
        assert.match(log, /waiting until another node serves\n.*as a new member/s);
        await cluster.scaleWorkers(namespace, 2);
        const { confirmed, lost } = await cluster.settled(namespace, publisher.run);
        assert.equal(lost, 0, `${lost} of ${confirmed} lost`);
      });
  });

  describe("turning TLS on", () => {
    it("loses no task, and moves workers and publishers to TLS", async () => {
      await webGoesOn(cluster, PLAIN);
      const publisher = new Publisher(cluster, PLAIN, "tls-on");
      await publisher.start();
      wishes.isPlainSecured = true;
      const pauses = cluster.watchPauses(PLAIN, publisher.run, `${PLAIN}-web`);
      const { steps } = await timed("up", stack.run("up"))
        .then(async (outcome) => {
          succeeded(outcome);
          await webGoesOn(cluster, PLAIN);
          return outcome;
        })
        .finally(async () => console.log(`      no task was executed for up to ${await pauses()} s`));
      const order = ["plain-mq-config", "plain-mq-set", "plain-pool-workers"];
      assert.deepEqual(
        Object.keys(steps).filter((name) => order.includes(name)),
        order,
      );
      assert.doesNotMatch(stack.stateText, /-----BEGIN [A-Z ]*PRIVATE KEY-----/);

      // The publisher has the old URL, which no node serves any more.
      const { confirmed, lost, duplicated } = await cluster.settled(PLAIN, publisher.run);
      console.log(`      ${confirmed} tasks confirmed, ${lost} lost, ${duplicated} duplicated`);
      assert.equal(lost, 0, `${lost} of ${confirmed} lost`);
      const again = new Publisher(cluster, PLAIN, "tls-is-on");
      await again.start();
      await again.stop();
      assert.equal((await cluster.settled(PLAIN, again.run)).lost, 0);
      assert.match((await cluster.publishersSecret(PLAIN)).url, /^amqps:/);
      assert.equal(await cluster.runningNodes(PLAIN), 3);
      assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
    });
  });

  describe("turning TLS between nodes on", () => {
    it("is refused as a rolling update, which would never end", async () => {
      wishes.isPlainInterNode = true;
      const before = await cluster.uids(PLAIN, "rabbitmq");
      for (const operation of ["preview", "up"] as const) {
        const outcome = await stack.run(operation);
        assert.ok(`${outcome.error}\n${outcome.messages.join("\n")}`.includes(INTER_NODE), outcome.error);
      }
      assert.deepEqual(await cluster.uids(PLAIN, "rabbitmq"), before);
    });

    it("loses no task by the documented procedure", async () => {
      const publisher = new Publisher(cluster, PLAIN, "inter-node");
      await publisher.start();
      const pauses = cluster.watchPauses(PLAIN, publisher.run, `${PLAIN}-web`);
      const up = await timed("procedure", turnInterNodeTlsOn())
        .then(async (outcome) => {
          await webGoesOn(cluster, PLAIN);
          return outcome;
        })
        .finally(async () => console.log(`      no task was executed for up to ${await pauses()} s`));
      assert.deepEqual(up.steps["plain-mq-set"], ["create"]);
      assert.deepEqual(
        touched(up).filter((name) => /^plain-(mq-client|pool)/.test(name)),
        [],
      );
      // Ends by itself if it has waited for longer than its publish budget.
      await publisher.stop().catch(quiet);
      const { confirmed, lost, duplicated } = await cluster.settled(PLAIN, publisher.run);
      console.log(`      ${confirmed} tasks confirmed, ${lost} lost, ${duplicated} duplicated`);
      assert.equal(lost, 0, `${lost} of ${confirmed} lost`);
      // The node that had begun to restart takes its whole grace period.
      await cluster.until("one cluster of three", () => cluster.isWhole(PLAIN));
      const protocol = await cluster.inBroker(PLAIN, "rabbitmqctl", "--quiet", "eval", PROTOCOL);
      assert.equal(protocol.trim(), "inet_tls");
      assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
    });

    /** docs/how-to/tls.md#turn-it-on-or-off-between-broker-nodes */
    async function turnInterNodeTlsOn() {
      const set = { namespace: PLAIN, name: "plain-mq" };
      await cluster.apps.deleteNamespacedStatefulSet({ ...set, propagationPolicy: "Orphan" });
      succeeded(await stack.run("refresh"));
      const update = stack.run("up");
      await cluster.until("a new StatefulSet", async () => {
        const { metadata } = await cluster.apps.readNamespacedStatefulSet(set);
        return metadata?.deletionTimestamp === undefined;
      });
      await cluster.core.deleteCollectionNamespacedPod({
        namespace: PLAIN,
        labelSelector: "app.kubernetes.io/instance=plain-mq",
        gracePeriodSeconds: 1,
      });
      return succeeded(await update);
    }
  });

  describe("renewing the certificate", () => {
    it("is done by the first update of a year if it is generated, without a restart", async () => {
      const before = await cluster.uids(PLAIN, "rabbitmq");
      const year = new Date().getUTCFullYear() + 1;
      const clock = mock.method(Date.prototype, "getUTCFullYear", () => year);
      const { steps } = succeeded(await timed("up", stack.run("up")));
      const again = succeeded(await stack.run("preview"));
      clock.mock.restore();
      assert.deepEqual(touched(again), []);
      assert.deepEqual(steps["plain-mq-tls-values"], ["update"]);
      assert.deepEqual(
        Object.keys(steps).filter((name) => /plain-(mq-set|mq-client|pool|web)/.test(name)),
        [],
      );
      const wanted = await cluster.generatedCertificate(PLAIN);
      const seconds = await servedAfter(PLAIN, wanted, INTER_NODE_PORT);
      console.log(`      served ${seconds} s after the update`);
      assert.deepEqual(await cluster.uids(PLAIN, "rabbitmq"), before);
      await webGoesOn(cluster, PLAIN);
    });

    it("serves the new certificate without a restart", async () => {
      console.log(`      served ${await renewed} s after the Secret changed`);
      const restarts = (await cluster.pods(SECURE, "rabbitmq")).map(
        ({ status }) => status?.containerStatuses?.[0]?.restartCount,
      );
      assert.deepEqual(restarts, [0, 0, 0]);
    });
  });

  /** Returns the seconds until every node serves the certificate, to clients, in the management API, for metrics, and on
   * other ports. */
  async function servedAfter(namespace: string, wanted: string, ...others: number[]): Promise<number> {
    const ports = [5671, 15671, 15691, ...others];
    const addresses = (await cluster.pods(namespace, "rabbitmq")).map(({ status }) => status?.podIP ?? "");
    const script = `
import os, socket, ssl
trust = ssl.create_default_context(cafile=os.environ["HA_CELERY_BROKER_CA"])
wanted = ssl.PEM_cert_to_DER_cert(${JSON.stringify(wanted)})
for host in ${JSON.stringify(addresses)}:
    for port in ${JSON.stringify(ports)}:
        name = os.environ["HA_CELERY_BROKER_SERVER_NAME"]
        with trust.wrap_socket(socket.create_connection((host, port)), server_hostname=name) as tls:
            print("new" if tls.getpeercert(True) == wanted else "old")`;
    const began = Date.now();
    for (;;) {
      const answers = (await cluster.inWorker(namespace, script)).trim().split(/\s+/);
      const seconds = Math.round((Date.now() - began) / 1000);
      assert.equal(answers.length, 3 * ports.length);
      if (answers.every((each) => each === "new")) return seconds;
      assert.ok(seconds < 400, `still the old certificate after ${seconds} s: ${answers.join(", ")}`);
      await sleep(5_000);
    }
  }
});
