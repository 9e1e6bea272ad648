import assert from "node:assert/strict";
import { UsageError } from "../../../../operate/errors";
import { brokersFor, type BrokerSize, brokerStorage } from "../../../../operate/size/brokers";
import { VALUES } from "../../../../operate/size/figures";
import { type Plan, planFor } from "../../../../operate/size/plan";
import { type GivenWish, resolveWish } from "../../../../operate/size/wish";
import { load } from "./load";

/** What must not become less, by name. */
const measures: Record<string, (plan: Plan) => number> = {
  "broker CPU": ({ brokers }) => brokers.cpus,
  "broker memory": ({ brokers }) => brokers.memoryMib,
  "broker volume": ({ brokers }) => brokers.storageGib,
  queues: ({ queues }) => queues,
  slots: ({ workers }) => workers.pools * workers.replicas * workers.concurrency,
  "CPU of workers": ({ needs }) => needs.workerCpus[1],
  "memory of a worker pod": ({ workers }) => workers.memoryMib,
};

const LADDERS: [keyof GivenWish, number[], Partial<GivenWish>][] = [
  ["tasksPerSecond", [1, 10, 50, 100, 333, 500, 900, 1200, 1759, 1761, 2000, 2400], { taskSeconds: 0.01 }],
  ["payload", [0, 100, 1000, 10_000, 100_000, 1e6, 5e6, 16 * 2 ** 20], { tasksPerSecond: 2, backlog: 1000 }],
  ["backlog", [0, 1e4, 1e5, 1e6, 3e6, 4e6, 5e6, 9e6], {}],
  ["taskSeconds", [0, 0.001, 0.05, 0.1, 0.5, 1, 10], { tasksPerSecond: 20 }],
  ["cpuShare", [0.5, 0.6, 0.8, 1], {}],
  ["appMemory", [0, 1e7, 1e8, 1e9], {}],
  ["publishers", [0, 10, 100, 1000, 5000], {}],
  ["headroom", [1, 1.5, 2, 3], {}],
];

describe("planFor", () => {
  for (const [field, values, other] of LADDERS)
    it(`never gives less for more: ${field}`, () => {
      const plans = values.map((value) => planFor(load({ ...other, [field]: value })));
      for (const [name, measure] of Object.entries(measures)) {
        const sizes = plans.map(measure);
        assert.deepEqual(
          sizes,
          sizes.toSorted((one, next) => one - next),
          `${name} for ${field} ${values.join(", ")}`,
        );
      }
      assert.deepEqual(new Set(plans.map(({ installations }) => installations)), new Set([1]));
    });

  it("never uses fewer installations, and never costs much less, for more tasks", () => {
    const plans = [100, 500, 1000, 2000, 4000, 8000, 16_000].map((tasksPerSecond) =>
      planFor(load({ tasksPerSecond, taskSeconds: 0.01 })),
    );
    for (const [index, plan] of plans.slice(1).entries()) {
      const before = plans[index] as Plan;
      assert.ok(plan.installations >= before.installations);
      // Requests are rounded up to 50m per pod, so a step may cost a little less.
      assert.ok(plan.dollarsAMonth >= 0.95 * before.dollarsAMonth, `${plan.wish.tasksPerSecond} tasks/s`);
    }
    assert.equal(plans[0]?.installations, 1);
    assert.ok((plans.at(-1)?.installations ?? 0) > 1);
  });

  it("needs as little as the figures when they are at their least", () => {
    const { needs } = planFor(load());
    for (const [least, planned] of [needs.brokerCpus, needs.brokerMemoryMib, needs.workerCpus])
      assert.ok(least <= planned);
  });

  it("keeps within the examples of docs/decisions/broker-memory.md", () => {
    const size = (backlog: number) =>
      brokersFor(
        resolveWish(load({ backlog, tasksPerSecond: 1 })),
        { connections: 10, payloadsInFlight: 0 },
        1,
        VALUES,
      );
    for (const [backlog, memoryMib, storageGib] of [
      [10_000, 512, 2],
      [1_000_000, 1024, 5],
      [4_000_000, 2048, 15],
    ] as const) {
      const brokers = size(backlog) as BrokerSize;
      assert.equal(brokers.memoryMib, memoryMib);
      assert.ok(brokers.storageGib <= storageGib, `${brokers.storageGib}Gi for ${backlog} tasks`);
    }
  });

  it("has room for a million tasks with payloads of 500 B, as measured in docs/decisions/sizing.md", () => {
    const storage = brokerStorage(
      resolveWish(load({ backlog: 1_000_000, payload: 500, tasksPerSecond: 1 })),
      1,
      1024,
      VALUES,
    );
    const [measured, mustStayFree] = [1738, 614];
    assert.ok(storage * 1024 > measured + mustStayFree, `${storage}Gi`);
  });

  it("says how long a full backlog lasts, and that it lasts for ever without headroom", () => {
    const { needs } = planFor(load({ backlog: 100_000 }));
    // 50 % of 100 tasks/s, and what rounding up to whole pods adds.
    assert.ok(needs.drainSeconds !== undefined && needs.drainSeconds <= 2000);
  });
});

describe("a load that is impossible", () => {
  const refused = (values: Partial<GivenWish>) => {
    let message = "";
    assert.throws(
      () => planFor(load(values)),
      (error) => error instanceof UsageError && (message = error.message) !== "",
    );
    return message;
  };

  it("is refused if the payload exceeds what RabbitMQ accepts", () => {
    assert.match(refused({ payload: 20e6 }), /--payload is 20 MB, but .* 16 MiB.* --payload 16MiB$/);
    assert.doesNotThrow(() => planFor(load({ payload: 16 * 2 ** 20, tasksPerSecond: 1 })));
  });

  it("is refused if a task runs longer than its acknowledgement may take", () => {
    assert.match(refused({ taskSeconds: 700_000 }), /The nearest possible: --task-seconds 604800$/);
    assert.doesNotThrow(() => resolveWish(load({ taskSeconds: 604_800, tasksPerSecond: 0.001 })));
  });

  it("is refused if every task would be killed", () => {
    assert.match(
      refused({ taskSeconds: 90.5, longestTaskSeconds: 60 }),
      /nearest possible: --longest-task-seconds 91$/,
    );
  });

  for (const [values, option] of [
    [{ tasksPerSecond: 1e6 }, "tasksPerSecond"],
    [{ tasksPerSecond: 100, taskSeconds: 3600 }, "tasksPerSecond"],
    [{ backlog: 1e12 }, "backlog"],
  ] as const)
    it(`is refused with the nearest that is possible: ${JSON.stringify(values)}`, () => {
      const nearest = /The nearest possible: --([a-z-]+) ([\d.]+)$/.exec(refused(values));
      assert.equal(
        nearest?.[1]?.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
        option,
      );
      const possible = Number(nearest[2]);
      assert.doesNotThrow(() => planFor(load({ ...values, [option]: possible })));
      refused({ ...values, [option]: 1.2 * possible });
    });
});
