import assert from "node:assert/strict";
import type { Brokers } from "../../../../operate/cluster/brokers";
import {
  describeDeadLetters,
  readDeadLetters,
  takeDeadLetters,
} from "../../../../operate/cluster/deadLetters";

type Asked = Pick<Brokers, "vhost" | "pods" | "exec" | "management" | "queues">;

function brokersThatAnswer(answer: string | Error, messages = 3) {
  const asked: string[][] = [];
  const pod = (name: string, status: string) => ({
    metadata: { name },
    status: { conditions: [{ type: "Ready", status }] },
  });
  const brokers: Asked = {
    vhost: "shop",
    pods: async () => [pod("mq-0", "False"), pod("mq-1", "True")],
    queues: async () =>
      [
        { name: "tasks", messages: 9 },
        { name: "dead-letters", messages },
      ] as Awaited<ReturnType<Brokers["queues"]>>,
    management: { get: async <T>() => ({}) as T, getFrom: async <T>() => ({}) as T },
    exec: async (broker, ...command) => {
      asked.push([broker.pod, ...command]);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { brokers, asked };
}

describe("dead letters of an installation", () => {
  it("have a number and the age of the first one, which a ready broker prints in milliseconds", async () => {
    const { brokers, asked } = brokersThatAnswer("7200000\n");
    assert.deepEqual(await readDeadLetters(brokers), { messages: 3, oldestSeconds: 7200 });
    assert.equal(asked.length, 1);
    assert.deepEqual(asked[0]?.slice(0, 4), ["mq-1", "rabbitmqctl", "--quiet", "eval"]);
    assert.match(asked[0]?.[4] ?? "", /<<"shop">>, queue, <<"dead-letters">>/);
  });

  it("are not looked at if there are none", async () => {
    const { brokers, asked } = brokersThatAnswer("7200000", 0);
    assert.equal(await readDeadLetters(brokers), undefined);
    assert.deepEqual(asked, []);
  });

  for (const answer of ["unknown\n", new Error("no answer")])
    it(`have no age if it cannot be read: ${String(answer).trim()}`, async () => {
      const { brokers } = brokersThatAnswer(answer);
      assert.deepEqual(await readDeadLetters(brokers), { messages: 3, oldestSeconds: undefined });
    });

  it("are unknown if no broker reports its queues", async () => {
    const { brokers } = brokersThatAnswer("1");
    const silent = { ...brokers, queues: () => Promise.reject(new Error("no answer")) };
    assert.equal(await readDeadLetters(silent), undefined);
  });

  const TEXTS: [number, number | undefined, string][] = [
    [1, 119, "1 dead letter, the oldest for 119 s"],
    [3, 120, "3 dead letters, the oldest for 2 min"],
    [3, 7200, "3 dead letters, the oldest for 2 h"],
    [3, 200_000, "3 dead letters, the oldest for 2 days"],
    [3, undefined, "3 dead letters"],
  ];
  for (const [messages, oldestSeconds, text] of TEXTS)
    it(`are described: ${text}`, () => {
      const page = "docs/how-to/dead-letters.md";
      assert.equal(describeDeadLetters({ messages, oldestSeconds }), `${text}: ${page}`);
    });
});

describe("the dead letters of a drill", () => {
  it("are removed by a broker, which prints their number", async () => {
    const { brokers, asked } = brokersThatAnswer("2\n");
    assert.equal(await takeDeadLetters(brokers, "poison-1"), 2);
    assert.match(asked[0]?.[4] ?? "", /<<"poison-1-">>/);
  });

  it("are reported if they could not be removed", async () => {
    const { brokers } = brokersThatAnswer("Error: oops");
    await assert.rejects(
      takeDeadLetters(brokers, "poison-1"),
      /dead letters of poison-1 could not be removed: Error: oops/,
    );
  });
});
