import assert from "node:assert/strict";
import { answeringPod } from "../../../../operate/cluster/answering";
import type { Brokers } from "../../../../operate/cluster/brokers";
import { peek } from "../../../../operate/queues/peek";

type Asked = Pick<Brokers, "vhost" | "pods" | "management" | "exec">;

/** Three brokers that Kubernetes calls ready, some of which answer, and only with patience if that many seconds. */
function brokersOf(answering: readonly string[], seconds = 0) {
  const executed: string[] = [];
  const brokers: Asked = {
    vhost: "/",
    pods: async () =>
      ["mq-0", "mq-1", "mq-2"].map((name) => ({
        metadata: { name },
        status: { conditions: [{ type: "Ready", status: "True" }] },
      })),
    management: {
      get: () => assert.fail("a request to any broker"),
      getFrom: async <T>(pod: string, _: string, timeoutSeconds = 3): Promise<T> => {
        if (!answering.includes(pod) || timeoutSeconds < seconds)
          throw new Error(`${pod} has not answered within ${timeoutSeconds} s`);
        return {} as T;
      },
    },
    exec: async ({ pod }) => {
      executed.push(pod);
      return JSON.stringify({ value: "[]" });
    },
  };
  return { brokers, executed };
}

describe("a command in a broker", () => {
  it("runs in one that answers, not in one of a lost machine that still counts as ready", async () => {
    const { brokers, executed } = brokersOf(["mq-1", "mq-2"]);
    assert.deepEqual(await peek(brokers, "mail", 1), []);
    assert.deepEqual(executed, ["mq-1"]);
  });

  it("waits for an overloaded one if none answers soon", async () => {
    assert.equal(await answeringPod(brokersOf(["mq-2"], 10).brokers), "mq-2");
  });

  it("names those that did not answer", async () => {
    const { brokers, executed } = brokersOf([]);
    await assert.rejects(peek(brokers, "mail", 1), {
      message: "No broker answers: mq-0, mq-1, mq-2. See what is wrong: npx ha-celery status",
    });
    assert.deepEqual(executed, []);
    const none = { ...brokers, pods: async () => [] };
    await assert.rejects(answeringPod(none), /^UserError: No broker is ready/);
  });
});
