import assert from "node:assert/strict";
import { RabbitMqBrokers } from "../../../../operate/cluster/rabbitMq";
import { fakeCluster } from "../fakeCluster";

const LOCATION = {
  namespace: "shop",
  name: "mq",
  selector: "app=mq",
  domain: "mq-nodes.shop.svc.cluster.local",
  vhost: "a/b",
  replicas: 3,
  managementUrl: new URL("http://monitoring:secret@mq.shop.svc:15672"),
};

describe("the statistics of queues", () => {
  it("are undefined until a queue's leader has reported them, instead of 0", async () => {
    const paths: string[] = [];
    const management = {
      get: async (path: string) => {
        paths.push(path);
        return [{ name: "late" }, { name: "mail", messages: 9, consumers: 2, messages_delayed: 1 }];
      },
    };
    const brokers = Object.assign(new RabbitMqBrokers(fakeCluster({}), LOCATION), { management });
    assert.deepEqual(await brokers.statistics(), [
      { name: "late" },
      { name: "mail", consumers: 2, returning: 1 },
    ]);
    assert.deepEqual(paths, ["/queues/a%2Fb?columns=name,messages,consumers,messages_delayed"]);
  });
});

describe("the state of a queue", () => {
  it("has no counts until its leader has reported them, as after an election", async () => {
    const queue = { name: "mail", leader: "rabbit@mq-0.x", members: ["rabbit@mq-0.x"], consumers: 0 };
    const state = async (more: object) => {
      const management = { get: async () => ({ ...queue, ...more }) };
      return Object.assign(new RabbitMqBrokers(fakeCluster({}), LOCATION), { management }).queue("mail");
    };
    const { consumers, ...known } = queue;
    assert.deepEqual(await state({}), { ...known, online: [] });
    const counts = { messages: 9, consumers };
    assert.deepEqual(await state(counts), { ...known, online: [], ...counts, unacknowledged: 0 });
  });
});
