import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { V1Pod } from "@kubernetes/client-node";
import { MirroredBrokers, stateOf } from "../../../../bench/compare/seed/brokers";
import {
  BROKER,
  brokerService,
  brokerSet,
  LOGIN,
  NAMESPACE,
  VHOST,
} from "../../../../bench/compare/seed/manifests";
import { QUEUE, REPLICAS, workers, WORKERS } from "../../../../bench/compare/workers";
import { poolOf } from "../../../../operate/drill/load/pool";
import { fakeCluster } from "../../operate/fakeCluster";

const FOLDER = join(__dirname, "../../../../bench/compare/seed");
const read = (file: string) => readFile(join(FOLDER, file), "utf8");

describe("the seed's design", () => {
  const set = brokerSet("broker:1");
  const service = brokerService();
  const pool = workers(NAMESPACE, "worker:1", 2);

  it("selects its own pods", () => {
    assert.deepEqual(set.spec?.selector.matchLabels, { app: BROKER });
    for (const [selector, template] of [
      [set.spec?.selector.matchLabels, set.spec?.template],
      [service.spec?.selector, set.spec?.template],
      [pool.spec?.selector.matchLabels, pool.spec?.template],
    ] as const)
      for (const [key, value] of Object.entries(selector ?? { none: "" }))
        assert.equal(template?.metadata?.labels?.[key], value);
  });

  it("uses names by which clients, nodes, and the configuration find the brokers", async () => {
    assert.equal(set.spec?.serviceName, service.metadata?.name);
    const domain = `${BROKER}.${NAMESPACE}.svc.cluster.local`;
    assert.deepEqual(set.spec?.template.spec?.dnsConfig?.searches, [domain]);
    const [tasks, configuration] = [await read("tasks.py"), await read("rabbitmq/rabbitmq.conf")];
    for (let ordinal = 0; ordinal < REPLICAS; ordinal++) {
      const pod = `${BROKER}-${ordinal}`;
      assert.ok(
        tasks.includes(`"amqp://${LOGIN.user}:${LOGIN.password}@${pod}.${domain}:5672/${VHOST}"`),
        pod,
      );
      assert.ok(configuration.includes(`classic_config.nodes.${ordinal + 1} = rabbit@${pod}\n`), pod);
    }
    assert.equal(tasks.match(/amqp:/g)?.length, REPLICAS);
  });

  it("mirrors every queue on all nodes, and accepts the workers' user", async () => {
    const { users, vhosts, policies } = JSON.parse(await read("rabbitmq/definitions.json")) as Definitions;
    assert.deepEqual(
      users.map(({ name, password }) => [name, password]),
      [[LOGIN.user, LOGIN.password]],
    );
    assert.deepEqual(vhosts, [{ name: VHOST }]);
    assert.deepEqual(policies[0]?.definition, { "ha-mode": "all", "ha-sync-mode": "automatic" });
    assert.equal(policies[0]?.pattern, "");
  });

  it("is a pool for a drill: it has a queue and a container, and a drain evicts its pods", () => {
    const found = poolOf(
      { namespace: NAMESPACE, name: BROKER, brokers: {} as MirroredBrokers, pools: [pool], protected: false },
      {},
    );
    assert.deepEqual(
      { name: found.name, queue: found.queue, selector: found.selector },
      { name: WORKERS, queue: QUEUE, selector: `app=${WORKERS}` },
    );
    for (const { spec } of [set, pool])
      assert.equal(spec?.template.metadata?.labels?.["app.kubernetes.io/part-of"], "ha-celery");
    assert.equal(set.spec?.template.spec?.containers[0]?.name, "rabbitmq");
  });

  it("uses Celery's defaults except for the number of slots", () => {
    assert.deepEqual(pool.spec?.template.spec?.containers[0]?.command, [
      ...["celery", "-A", "tasks", "worker", "--loglevel=info"],
      "--concurrency=2",
    ]);
  });
});

interface Definitions {
  readonly users: { name: string; password: string }[];
  readonly vhosts: { name: string }[];
  readonly policies: { pattern: string; definition: object }[];
}

describe("mirrored queues", () => {
  const queue = {
    name: "celery",
    durable: true,
    node: "rabbit@rmq-1",
    slave_nodes: ["rabbit@rmq-0", "rabbit@rmq-2"],
    synchronised_slave_nodes: ["rabbit@rmq-0"],
    messages: 7,
    messages_unacknowledged: 2,
    consumers: 3,
  };

  it("have their master and mirrors as members, and the synchronized ones are online", () => {
    assert.deepEqual(stateOf(queue), {
      name: "celery",
      leader: "rabbit@rmq-1",
      members: ["rabbit@rmq-1", "rabbit@rmq-0", "rabbit@rmq-2"],
      online: ["rabbit@rmq-1", "rabbit@rmq-0"],
      messages: 7,
      unacknowledged: 2,
      consumers: 3,
    });
  });

  it("have one member until a mirror joins", () => {
    const { members, online } = stateOf({ name: "celery", durable: true, node: "rabbit@rmq-0" });
    assert.deepEqual([members, online], [["rabbit@rmq-0"], ["rabbit@rmq-0"]]);
  });

  const pods: V1Pod[] = [
    { metadata: { name: "rmq-0", uid: "u" }, spec: { containers: [], nodeName: "node-1" } },
  ];
  const brokers = new MirroredBrokers(fakeCluster({}, { pods: () => Promise.resolve(pods) }), {
    namespace: NAMESPACE,
    name: BROKER,
    selector: `app=${BROKER}`,
    domain: "",
    vhost: VHOST,
    replicas: REPLICAS,
    managementUrl: new URL("http://a:b@rmq:15672"),
  });
  const answers = (found: unknown) =>
    Object.assign(brokers, { management: { get: () => Promise.resolve(found) } });

  it("are on nodes with short names", async () => {
    assert.deepEqual(
      (await brokers.list()).map(({ node }) => node),
      ["rabbit@rmq-0"],
    );
  });

  it("are ignored if they belong to one connection", async () => {
    const own = { ...queue, name: "celery@w.celery.pidbox", durable: false };
    assert.deepEqual(
      (await answers([queue, own]).queues()).map(({ name }) => name),
      ["celery"],
    );
  });

  it("cannot change their leader", async () => {
    const broker = { node: "rabbit@rmq-1", ordinal: 1, pod: "rmq-1", kubernetesNode: "n", ip: "", uid: "" };
    await answers(queue).makeLeader("celery", broker);
    await assert.rejects(
      answers(queue).makeLeader("celery", { ...broker, node: "rabbit@rmq-2" }),
      /rabbit@rmq-1 leads celery, not rabbit@rmq-2/,
    );
  });
});
