import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { purgeRabbitMq } from "../../../../bench/compare/design";
import { chosenDesigns, chosenScenes, COMPARED, DESIGNS, orderOf } from "../../../../bench/compare/designs";
import { brokerObjects as operatorObjects, LOGIN } from "../../../../bench/compare/operator/manifests";
import { masterOf, replicationOf } from "../../../../bench/compare/redis/brokers";
import { brokerObjects as redisObjects, NAMESPACE as REDIS } from "../../../../bench/compare/redis/manifests";
import { configuration } from "../../../../bench/compare/redis/redis";
import { sceneOf } from "../../../../bench/compare/redis/scenes";
import { appConfigMap, QUEUE, SCHEDULER, workers } from "../../../../bench/compare/workers";
import type { Brokers } from "../../../../operate/cluster/brokers";
import { poolOf } from "../../../../operate/drill/load/pool";
import type { Drill } from "../../../../operate/drill/scenes/scene";
import { type KubernetesObject, toYaml } from "../../../../render/yaml";
import { assertSame } from "../../components/goldens";

const FOLDER = join(__dirname, "../../../../bench/compare");
const read = (file: string) => readFile(join(FOLDER, file), "utf8");
const yaml = (objects: readonly object[]): string => toYaml(objects as KubernetesObject[]);

describe("the peers of make compare", () => {
  it("have the objects of the goldens", async () => {
    const operator = (namespace: string, productionReady: boolean) =>
      operatorObjects({ namespace, image: "rabbitmq:1", productionReady });
    assertSame("compare/default", yaml(operator("peer-default", false)));
    assertSame("compare/careful", yaml(operator("peer-careful", true)));
    assertSame("compare/redis", yaml(redisObjects("redis:1", await configuration())));
    const app = appConfigMap("peer", { "tasks.py": "app\n", "scheduler.py": "loop\n" });
    assertSame("compare/workers", yaml([app, workers("peer", "worker:1", 2)]));
  });

  it("are pools for a drill, and share the command of the publisher", () => {
    for (const { namespace } of DESIGNS) {
      const pools = [workers(namespace, "worker:1", 2)];
      const brokers = {} as Brokers;
      const pool = poolOf(
        { namespace, name: "b", brokers, pools, protected: false, publisher: SCHEDULER },
        {},
      );
      assert.equal(pool.queue, QUEUE);
      assert.equal(pool.template.metadata?.labels?.["app.kubernetes.io/part-of"], "ha-celery");
    }
  });

  it("have apps with the address of their own brokers", async () => {
    for (const name of ["default", "careful"]) {
      const address = `"amqp://${LOGIN.user}:${LOGIN.password}@rabbitmq.peer-${name}.svc:5672//"`;
      assert.ok((await read(`${name}/tasks.py`)).includes(address), name);
    }
    assert.ok(
      (await read("redis/tasks.py")).includes(`redis-{number}.redis.${REDIS}.svc.cluster.local:26379`),
    );
  });

  it("have a command that empties a queue", () => {
    const commands = DESIGNS.map(({ purge = purgeRabbitMq }) => purge("celery", "/").join(" "));
    assert.equal(new Set(commands).size, 2);
    assert.ok(commands.includes("redis-cli del celery"));
    assert.ok(commands.includes("rabbitmqctl --quiet purge_queue --vhost=/ celery"));
  });

  it("differ in the settings that make careful what it is", async () => {
    const [plain, careful] = [await read("default/tasks.py"), await read("careful/tasks.py")];
    for (const setting of [
      "confirm_publish",
      "task_acks_late",
      "task_reject_on_worker_lost",
      "worker_prefetch_multiplier",
    ]) {
      assert.ok(careful.includes(setting), setting);
      assert.ok(!plain.includes(setting), setting);
    }
    for (const app of [plain, careful]) assert.ok(app.includes("task_default_queue_type"));
  });
});

describe("the selection of make compare", () => {
  it("is everything, in the order of the tables", () => {
    assert.deepEqual(chosenDesigns(), ["ours", "careful", "default", "redis", "seed"]);
    assert.deepEqual(
      chosenScenes().map(({ name }) => name),
      COMPARED,
    );
  });

  it("is what is named", () => {
    assert.deepEqual(chosenDesigns(["redis", "ours"]), ["ours", "redis"]);
    assert.deepEqual(
      chosenScenes(["node-off"]).map(({ name }) => name),
      ["node-off"],
    );
  });

  it("rejects what is not compared, and names what is", () => {
    assert.throws(
      () => chosenDesigns(["ours", "kafka"]),
      /^UsageError: "kafka": no such design is compared\. Use --design with one of ours, careful, default, redis, seed; repeat/,
    );
    assert.throws(
      () => chosenScenes(["freeze", "slow-disk"]),
      /"freeze", "slow-disk": no such scene is compared\. Use --scene with one of drain, broker-kill,/,
    );
  });

  it("begins each round with another design", () => {
    const names = ["a", "b", "c"];
    assert.deepEqual(
      [1, 2, 3, 4].map((round) => orderOf(names, round).join("")),
      ["abc", "bca", "cab", "abc"],
    );
  });
});

describe("Redis in a drill", () => {
  const info = [
    "# Replication",
    "role:master",
    "connected_slaves:2",
    "slave0:ip=redis-1.redis.peer-redis.svc.cluster.local,port=6379,state=online,offset=42,lag=0,type=replica",
    "slave1:ip=redis-2.redis.peer-redis.svc.cluster.local,port=6379,state=wait_bgsave,offset=0,lag=0,type=replica",
  ].join("\r\n");

  it("has the master as leader, and the replicas that receive its writes online", () => {
    assert.deepEqual(replicationOf("redis-0", info), { pod: "redis-0", role: "master", online: ["redis-1"] });
    assert.deepEqual(replicationOf("redis-1", "role:slave\r\nmaster_link_status:up"), {
      ...{ pod: "redis-1", role: "slave", online: [] },
    });
  });

  it("has exactly one master", () => {
    const node = (pod: string, role: "master" | "slave") => ({ pod, role, online: [] });
    const nodes = [node("redis-0", "slave"), node("redis-1", "master"), node("redis-2", "slave")];
    assert.equal(masterOf(nodes).pod, "redis-1");
    assert.throws(() => masterOf(nodes.slice(0, 1)), /no Redis node is the master/);
    assert.throws(
      () => masterOf([...nodes, node("redis-3", "master")]),
      /redis-1 and redis-3 are both masters/,
    );
  });

  it("dies with the container of Redis, not with that of Sentinel", async () => {
    const containerStatuses = ["sentinel", "redis"].map((name) => ({
      name,
      containerID: `containerd://${name}`,
    }));
    const pods = ["redis-0", "redis-1"].map((name) => ({
      metadata: { name },
      spec: { nodeName: `node-of-${name}`, containers: [] },
      status: { containerStatuses },
    }));
    const done: string[] = [];
    const drill = {
      log: done,
      brokers: { pods: () => Promise.resolve(pods) },
      victim: { pod: "redis-1" },
      nodes: {
        processes: (node: string, container: string) =>
          Promise.resolve(node === "node-of-redis-1" && container === "containerd://redis" ? [41, 42] : []),
        shell: (node: string, script: string) => Promise.resolve(done.push(`${node}: ${script}`)),
      },
      event(text: string) {
        this.log.push(text);
      },
    };
    const [brokerKill] = chosenScenes(["broker-kill"]).map(sceneOf);
    await brokerKill?.inject(drill as unknown as Drill);
    assert.deepEqual(done, ["node-of-redis-1: kill -KILL 41 42", "redis-1: SIGKILL"]);
  });

  it("has its own broker-kill and partition, and every other scene as it is", () => {
    for (const scene of chosenScenes())
      assert.equal(
        sceneOf(scene).inject === scene.inject,
        !["broker-kill", "partition"].includes(scene.name),
        scene.name,
      );
  });
});
