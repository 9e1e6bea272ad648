import assert from "node:assert/strict";
import type { ManagementApi } from "../../../../operate/cluster/management";
import { queuedTasks } from "../../../../operate/cluster/queues";

const paths: string[] = [];
const brokers = (queues: unknown) => ({
  vhost: "a/b",
  management: {
    get: async (path: string) => {
      paths.push(path);
      return queues;
    },
  } as ManagementApi,
});

describe("the number of queued tasks", () => {
  it("is that of all queues except dead letters", async () => {
    const queues = [
      { name: "tasks", messages: 5 },
      { name: "celery_delayed_3", messages: 2 },
      { name: "dead-letters", messages: 9 },
    ];
    assert.equal(await queuedTasks(brokers(queues)), 7);
    assert.equal(paths.at(-1), "/queues/a%2Fb?columns=name,messages");
  });

  it("is unknown while the leader of a queue has not reported, as after a start of all brokers", async () => {
    assert.equal(await queuedTasks(brokers([{ name: "tasks" }, { name: "mail", messages: 0 }])), undefined);
  });

  it("does not wait for dead letters", async () => {
    assert.equal(await queuedTasks(brokers([{ name: "tasks", messages: 0 }, { name: "dead-letters" }])), 0);
  });
});
