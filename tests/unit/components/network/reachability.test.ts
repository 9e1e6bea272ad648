import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROGRAM, stacks } from "../../../../render/stackConfig";
import { EVERYTHING, rendered } from "../../render/examples";
import { mayConnect, type Pod } from "./evaluator";
import { type Network, networkOf } from "./pods";
import { actorsOf, brokerOf, CLIENT_LABEL, namespacesOf, reaches, tableOf, targetsOf } from "./table";

const DOCUMENT = join(PROGRAM, "docs", "reference", "network.md");
const BEGIN = "<!-- Written by the tests with UPDATE_GOLDENS=1. -->\n";

/** Whatever opens a port. */
const OPEN = {
  ...EVERYTHING,
  workerPools: '[{"name":"default","autoscale":{"by":"queueLength","maxReplicas":9}}]',
};
const ALL_OPEN =
  "`local` with TLS, a beat, drills, a pool that scales by queue length, clients in namespace `elsewhere` and metrics for namespace `monitoring`";

async function networks(): Promise<[string, Network][]> {
  const all: [string, Network][] = [];
  for (const stack of stacks()) all.push([`\`${stack}\``, networkOf(await rendered(stack))]);
  return [...all, [ALL_OPEN, networkOf(await rendered("local", OPEN))]];
}

/** Stacks with the same table share it. */
function sections(all: [string, Network][]): string {
  const titles = new Map<string, string[]>();
  for (const [title, network] of all) {
    const table = tableOf(network);
    titles.set(table, [...(titles.get(table) ?? []), title]);
  }
  return [...titles].map(([table, same]) => `### ${same.join(", ")}\n\n${table}\n`).join("\n");
}

/** The formatter pads the cells of tables. */
const unpadded = (markdown: string) =>
  markdown.replace(/ +\|/g, " |").replace(/\| +/g, "| ").replace(/-{3,}/g, "---");

describe("who may connect to whom", () => {
  let all: [string, Network][];
  before(async function () {
    this.timeout(120_000);
    all = await networks();
  });

  it("is what docs/reference/network.md says", () => {
    const text = readFileSync(DOCUMENT, "utf8");
    const [intro = ""] = text.split(BEGIN);
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(DOCUMENT, `${intro}${BEGIN}\n${sections(all)}`);
    const [, tables = ""] = readFileSync(DOCUMENT, "utf8").split(BEGIN);
    assert.equal(
      unpadded(tables).trim(),
      unpadded(sections(all)).trim(),
      "docs/reference/network.md differs. If that is meant, run with UPDATE_GOLDENS=1, format it and read it.",
    );
  });

  it("covers a policy for every pod, and none that restricts what pods reach themselves", () => {
    for (const [title, { policies }] of all) {
      assert.ok(
        policies.some(({ podSelector }) => Object.keys(podSelector).length === 0),
        title,
      );
      for (const { policyTypes, egress } of policies) {
        assert.deepEqual(policyTypes, ["Ingress"], title);
        assert.equal(egress, undefined, title);
      }
    }
  });

  it("lets workers publish and consume, and broker nodes talk to each other", () => {
    for (const [title, network] of all) {
      const { pods } = network;
      const broker = brokerOf(pods);
      const [amqp] = broker.ports;
      assert.match(amqp?.name ?? "", /^amqps?$/);
      const clients = pods.filter(({ labels }) => labels[CLIENT_LABEL] === broker.name);
      assert.ok(clients.length > 0, title);
      for (const each of clients) assert.ok(connects(network, each, amqp?.containerPort), each.name);
      for (const port of [4369, 25672, 35672, 35682])
        assert.ok(connects(network, { ...broker }, port), `${title} ${port}`);
    }
  });

  function connects(network: Network, from: Pod, port = 0): boolean {
    const to = brokerOf(network.pods);
    return mayConnect({ from, to, port }, network.policies, namespacesOf(network));
  }

  it("keeps pods without the client label off every port", () => {
    for (const [title, network] of all) {
      const strangers: Pod[] = [
        { namespace: network.namespace, labels: {} },
        { namespace: network.namespace, labels: { app: "shop" } },
        { namespace: network.namespace, labels: { [CLIENT_LABEL]: "another-broker" } },
        { namespace: "kube-system", labels: {} },
        { namespace: "elsewhere", labels: {} },
        { namespace: "elsewhere", labels: brokerOf(network.pods).labels },
      ];
      for (const from of strangers)
        for (const { pod: to, port, title: target } of targetsOf(network)) {
          const may = mayConnect({ from, to, port }, network.policies, namespacesOf(network));
          assert.equal(may, false, `${title}: ${JSON.stringify(from)} -> ${target}`);
        }
    }
  });

  it("admits a client of several brokers, by a label whose key is the broker's name", () => {
    for (const [title, network] of all) {
      const { name } = brokerOf(network.pods);
      const clientOf = (...brokers: string[]) => ({
        [CLIENT_LABEL]: "another-broker",
        ...Object.fromEntries(brokers.map((broker) => [`ha-celery/client-of.${broker}`, "true"])),
      });
      const reached = (labels: Record<string, string>, namespace = network.namespace) =>
        [5671, 5672, 15672, 15692, 25672].filter((port) => connects(network, { namespace, labels }, port));
      assert.deepEqual(reached(clientOf(name, "third")), [5671, 5672], title);
      assert.deepEqual(reached(clientOf("third")), [], title);
      const elsewhere = title === ALL_OPEN ? [5671, 5672] : [];
      assert.deepEqual(reached(clientOf(name), "elsewhere"), elsewhere, title);
    }
  });

  it("gives a client AMQP and nothing else of the broker", () => {
    for (const [title, network] of all) {
      const broker = brokerOf(network.pods);
      const client = { namespace: network.namespace, labels: { [CLIENT_LABEL]: broker.name } };
      const open = [...Array(65535).keys()]
        .map((port) => port + 1)
        .filter((port) => connects(network, client, port));
      // A node has one of them; which one changes when TLS is turned on.
      assert.deepEqual(open, [5671, 5672], title);
      assert.ok(open.includes(broker.ports[0]?.containerPort ?? 0), title);
    }
  });

  it("opens to broker nodes what RabbitMQ's nodes and tools need, and no port beside", () => {
    for (const [title, network] of all) {
      const node = { ...brokerOf(network.pods) };
      const open = [...Array(65535).keys()]
        .map((port) => port + 1)
        .filter((port) => connects(network, node, port));
      const tools = Array.from({ length: 11 }, (_, index) => 35672 + index);
      // By the clients' port a node sees whether a peer serves.
      assert.deepEqual(open, [4369, 5671, 5672, 25672, ...tools], title);
    }
  });

  it("leads nowhere from a ledger, and to it only from pods that were given it", () => {
    for (const [title, network] of all) {
      const isLedger = ({ labels }: Pod) => labels["app.kubernetes.io/component"] === "ledger";
      const actors = actorsOf(network);
      for (const target of targetsOf(network)) {
        const from = actors.filter((actor) => reaches(network, actor, target)).map((actor) => actor.pod);
        assert.ok(!from.some(isLedger), title);
        if (isLedger(target.pod))
          assert.ok(from.length > 0 && from.every(({ labels }) => labels["ha-celery/ledger"]));
      }
    }
  });

  it("opens the management API to KEDA, and metrics to monitoring, only where they are used", () => {
    const [plain, open] = [all[0]?.[1], all.at(-1)?.[1]];
    assert.ok(plain && open);
    const keda = { namespace: "keda", labels: { app: "keda-operator" } };
    const prometheus = { namespace: "monitoring", labels: {} };
    assert.deepEqual(
      [15671, 15672, 5671, 15692].map((port) => connects(open, keda, port)),
      [true, true, false, false],
    );
    assert.deepEqual(
      [15692, 15691, 15671, 5671].map((port) => connects(open, prometheus, port)),
      [true, true, false, false],
    );
    for (const network of [plain, open]) {
      const worker = network.pods.find(({ labels }) => labels["app.kubernetes.io/component"] === "worker");
      assert.ok(worker);
      const may = [9808, 9809].map((port) =>
        mayConnect({ from: prometheus, to: worker, port }, network.policies, namespacesOf(network)),
      );
      assert.deepEqual(may, [network === open, false]);
    }
    for (const port of [15672, 15692]) {
      assert.equal(connects(plain, keda, port), false);
      assert.equal(connects(plain, prometheus, port), false);
    }
  });

  it("leaves no port for clients without TLS beside one with it", () => {
    const open = all.at(-1)?.[1];
    assert.ok(open);
    assert.deepEqual(
      brokerOf(open.pods).ports.map(({ containerPort }) => containerPort),
      [5671, 15671, 15691, 4369, 25672],
    );
  });
});
