import assert from "node:assert/strict";
import { type FinishedTask, rateOfLast, throughputJob } from "../../../../bench/compare/throughput/bench";
import { COUNTED, MEASUREMENTS } from "../../../../bench/compare/throughput/measurements";
import { takeTurns } from "../../../../bench/compare/throughput/turns";
import { DEFAULT_LOAD } from "../../../../operate/drill/load";

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
    for (const { workers, tasks } of MEASUREMENTS) if (workers > 0) assert.ok(tasks > COUNTED);
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
    const measurement = { title: "", workers: 1, tasks: 9, producers: 2, window: 3, payloadBytes: 1024 };
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
      ...{ DRILL_TASK_SECONDS: "0.05", DRILL_PAYLOAD_BYTES: "1024" },
    });
  });

  it("is measured alternately, with a swapped order in every other round, and without workers of the other design", async () => {
    const done: string[] = [];
    const contender = (name: "ours" | "seed", rate: number) => ({
      name,
      bench: {
        measure: async (_: unknown, run: string) => Promise.resolve(void done.push(run)).then(() => rate),
        scale: async (replicas: number) => Promise.resolve(void done.push(`${name} has ${replicas}`)),
      },
    });
    const both = { title: "both", workers: 1, tasks: 9, producers: 1, window: 1, payloadBytes: 0 };
    const alone = { ...both, title: "alone", oursAlone: true };
    const { rates, notes } = await takeTurns(
      [contender("ours", 2), contender("seed", 1)],
      [both, alone],
      2,
      () => undefined,
      new AbortController().signal,
    );
    assert.deepEqual(notes, []);
    assert.deepEqual(Object.fromEntries(rates), {
      both: { ours: [2, 2], seed: [1, 1] },
      alone: { ours: [2, 2], seed: [] },
    });
    assert.deepEqual(done, [
      ...["ours has 0", "seed has 0"],
      ...["ours-1-0", "ours has 0", "seed-1-0", "seed has 0", "ours-1-1", "ours has 0"],
      ...["seed-2-0", "seed has 0", "ours-2-0", "ours has 0", "ours-2-1", "ours has 0"],
    ]);
  });

  describe("of a design that does not finish", () => {
    const one = { title: "no-op", workers: 1, tasks: 9, producers: 1, window: 1, payloadBytes: 0 };
    const abort = new AbortController();
    const measured: string[] = [];
    const bench = (fails: (run: string) => boolean) => ({
      measure: async (_: unknown, run: string) => {
        measured.push(run);
        if (fails(run)) throw new Error("9 tasks are done:\nnot within 300 s");
        return 2;
      },
      scale: async (replicas: number) => void measured.push(`${replicas} workers`),
    });
    const turns = (fails: (run: string) => boolean, lines: string[] = []) =>
      takeTurns(
        [
          { name: "ours", bench: bench(() => false) },
          { name: "seed", bench: bench(fails) },
        ],
        [one],
        2,
        (line) => lines.push(line),
        abort.signal,
      );

    it("is given up for this measurement only, with the reason, and without its workers", async () => {
      const lines: string[] = [];
      const { rates, notes } = await turns((run) => run === "seed-1-0", lines);
      assert.deepEqual(rates.get("no-op"), { ours: [2, 2], seed: [undefined, 2] });
      assert.deepEqual(notes, [
        "round 1 of 2, seed: no-op: not measured, because 9 tasks are done: not within 300 s",
      ]);
      assert.ok(lines.includes(notes[0] ?? ""));
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
