import assert from "node:assert/strict";
import { rateOfLast } from "../../../../bench/compare/throughput/bench";
import { type FinishedTask, throughputJob } from "../../../../bench/compare/throughput/countedRun";
import { cpuPerTask, cpuSecondsOf } from "../../../../bench/compare/throughput/cpu";
import { COUNTED, MEASUREMENTS } from "../../../../bench/compare/throughput/measurements";
import type { Rate } from "../../../../bench/compare/throughput/rates";
import { takeTurns } from "../../../../bench/compare/throughput/turns";
import { DEFAULT_LOAD } from "../../../../operate/drill/load";

const ONE = {
  ...{ title: "no-op", workers: 1, tasks: 9 },
  ...{ producers: 1, window: 1, payloadBytes: 0, taskSeconds: 0 },
};

describe("throughput", () => {
  const task = (number: number, worker: string, at: number): FinishedTask => [
    `r-${number}`,
    1,
    worker,
    at,
    at,
  ];

  it("is the rate of the last tasks, when all workers have started", () => {
    const slow = [0, 10, 20].map((at, number) => task(number, number === 1 ? "a" : "b", at));
    const fast = Array.from({ length: 10 }, (_, index) => task(3 + index, "a", 20 + (index + 1) * 0.1));
    assert.equal(Math.round(rateOfLast([...fast, ...slow], 10, 2)), 10);
  });

  it("is not measured for three workers if one of them has not begun", () => {
    const finished = Array.from({ length: 20 }, (_, index) => task(index, index % 2 ? "a" : "b", index));
    assert.throws(() => rateOfLast(finished, 10, 3), /only 2 of 3 workers had begun/);
  });

  it("requires more tasks than the counted ones when tasks are executed", () => {
    for (const { workers, tasks } of MEASUREMENTS) if (workers > 0) assert.ok(tasks > 3 * COUNTED);
  });

  it("is measured with the publisher of the design at full speed", () => {
    const worker = { name: "worker", image: "w", env: [{ name: "HA_CELERY_BROKER_URL", value: "amqp://b" }] };
    const spec = {
      run: "seed-1",
      namespace: "seed",
      template: { spec: { containers: [worker] } },
      options: DEFAULT_LOAD,
      publisher: ["python", "/seed/scheduler.py"],
      avoid: [],
    };
    const measurement = { ...ONE, producers: 2, window: 3, payloadBytes: 1024, taskSeconds: 0.01 };
    const job = throughputJob(spec, "http://10.0.0.1:8080", "celery", measurement);
    const container = job.spec?.template.spec?.containers[0];
    assert.deepEqual(container?.command, ["python", "/seed/scheduler.py"]);
    const env = container?.env ?? [];
    assert.equal(new Set(env.map(({ name }) => name)).size, env.length);
    const values = Object.fromEntries(env.flatMap(({ name, value }) => (value ? [[name, value]] : [])));
    assert.deepEqual(values, {
      ...{ HA_CELERY_BROKER_URL: "amqp://b", HA_CELERY_QUEUES: "celery" },
      ...{
        HA_CELERY_LEDGER_URL: "http://:$(HA_CELERY_LEDGER_TOKEN)@10.0.0.1:8080",
        DRILL_RUN: "seed-1",
        DRILL_KIND: "count",
      },
      ...{ DRILL_RATE: "0", DRILL_TASKS: "9", DRILL_PRODUCERS: "2", DRILL_WINDOW: "3" },
      ...{ DRILL_TASK_SECONDS: "0.01", DRILL_PAYLOAD_BYTES: "1024", PEER_FILLS: "true" },
    });
  });

  it("counts the CPU time of the tasks that ended between two samples", () => {
    const ends = Array.from({ length: 3000 }, (_, index) => index);
    const [from, until] = [
      { at: 500, seconds: 3 },
      { at: 2500, seconds: 9 },
    ];
    assert.equal(cpuPerTask(from, until, ends), 3);
    assert.equal(cpuPerTask(from, { ...until, at: 600 }, ends), undefined);
  });

  it("reads the CPU time of a container with either version of cgroups", () => {
    assert.equal(cpuSecondsOf("usage_usec 1500000\nuser_usec 1000000\n"), 1.5);
    assert.equal(cpuSecondsOf("1500000000\n"), 1.5);
  });

  it("is measured in turns, each round beginning with another design, and without workers of the others", async () => {
    const done: string[] = [];
    const contender = (name: string, perSecond: number) => ({
      name,
      bench: {
        measure: async (_: unknown, run: string) =>
          Promise.resolve(void done.push(run)).then(() => ({ perSecond })),
        scale: async (replicas: number) => Promise.resolve(void done.push(`${name} has ${replicas}`)),
      },
    });
    const all = { ...ONE, title: "all" };
    const some = { ...all, title: "some", designs: ["ours"] };
    const rates: Rate[] = [];
    await takeTurns([contender("ours", 2), contender("redis", 3), contender("seed", 1)], {
      ...{ measurements: [all, some], rounds: 2, report: () => undefined },
      ...{ signal: new AbortController().signal, add: (rate) => rates.push(rate) },
    });
    const shown = rates.map(({ design, what, perSecond }) => `${design} ${what} ${perSecond}`);
    assert.deepEqual(shown.slice(0, 4), ["ours all 2", "redis all 3", "seed all 1", "ours some 2"]);
    assert.deepEqual(shown.slice(4), ["redis all 3", "seed all 1", "ours all 2", "ours some 2"]);
    const rounds = rates.map(({ round }) => round);
    assert.equal(new Set(rounds.slice(0, 4)).size, 1);
    assert.deepEqual(done.slice(0, 7), [
      ...["ours has 0", "redis has 0", "seed has 0"],
      ...["ours-1-0", "ours has 0", "redis-1-0", "redis has 0"],
    ]);
  });

  describe("of a design that does not finish", () => {
    const abort = new AbortController();
    const measured: string[] = [];
    const bench = (fails: (run: string) => boolean) => ({
      measure: async (_: unknown, run: string) => {
        measured.push(run);
        if (fails(run)) throw new Error("9 tasks are done:\nnot within 300 s");
        return { perSecond: 2 };
      },
      scale: async (replicas: number) => void measured.push(`${replicas} workers`),
    });
    const turns = async (fails: (run: string) => boolean, lines: string[] = []): Promise<Rate[]> => {
      const rates: Rate[] = [];
      const contenders = [
        { name: "ours", bench: bench(() => false) },
        { name: "seed", bench: bench(fails) },
      ];
      await takeTurns(contenders, {
        ...{ measurements: [ONE], rounds: 2, report: (line) => lines.push(line) },
        ...{ signal: abort.signal, add: (rate) => rates.push(rate) },
      });
      return rates;
    };

    it("is given up for this measurement only, with the reason, and without its workers", async () => {
      const lines: string[] = [];
      const rates = await turns((run) => run === "seed-1-0", lines);
      const failure = "9 tasks are done: not within 300 s";
      assert.deepEqual(
        rates.map(({ design, perSecond, failure: reason }) => [design, perSecond ?? reason]),
        [
          ["ours", 2],
          ["seed", failure],
          ["seed", 2],
          ["ours", 2],
        ],
      );
      assert.ok(lines.includes(`round 1 of 2, seed: no-op: not measured, because ${failure}`));
      assert.equal(measured[measured.indexOf("seed-1-0") + 1], "0 workers");
    });

    it("ends the command if the user ends it", async () => {
      await assert.rejects(
        turns((run) => {
          abort.abort();
          return run === "seed-1-0";
        }),
        /not within 300 s/,
      );
    });
  });
});
