import assert from "node:assert/strict";
import { Command, CommanderError } from "commander";
import {
  addDrillOptions,
  blackoutNow,
  checkLoad,
  checkScenes,
  type DrillOptions,
  planOf,
} from "../../../../operate/cli/drillOptions";
import { SCENES } from "../../../../operate/drill/scenes";

function parse(...args: string[]): DrillOptions {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addDrillOptions(command);
  return command.parse(args, { from: "user" }).opts<DrillOptions>();
}

function loadOf(scene: string, ...args: string[]) {
  const found = SCENES.find(({ name }) => name === scene);
  assert.ok(found);
  return planOf(found, parse(...args)).load;
}

describe("a window of --blackout", () => {
  const saturday = new Date("2026-11-28T12:00:00Z");

  it("is found among several, by the clock of --time-zone", () => {
    const options = parse("--blackout=MO-FR", "--blackout", "SA 13:00-14:00", "--time-zone=Europe/Berlin");
    assert.equal(blackoutNow(options, saturday), "SA 13:00-14:00");
    assert.equal(blackoutNow(parse("--blackout=SA 13:00-14:00"), saturday), undefined);
    assert.equal(blackoutNow(parse(), saturday), undefined);
  });

  it("is refused if it is in another format", () => {
    assert.throws(() => parse("--blackout=weekends"), /Use days, hours, and dates, such as/);
    assert.throws(() => parse("--time-zone=Berlin"), /Use a name of the tz database/);
  });
});

describe("--webhook", () => {
  afterEach(() => delete process.env.HA_CELERY_DRILL_WEBHOOK);

  it("is a URL, or that of the variable", () => {
    assert.equal(parse("--webhook=https://chat.example.com/1").webhook, "https://chat.example.com/1");
    assert.throws(() => parse("--webhook=chat"), /Use a URL that begins with https/);
    assert.equal(parse().webhook, undefined);
    process.env.HA_CELERY_DRILL_WEBHOOK = "http://chat.example.com";
    assert.equal(parse().webhook, "http://chat.example.com");
  });
});

describe("the load of a drill", () => {
  it("is single tasks by default", () => {
    const { kind, rate, taskSeconds, concurrency } = loadOf("broker-kill");
    assert.deepEqual([kind, rate, taskSeconds, concurrency], ["tasks", 40, 0.05, 2]);
  });

  it("is workflows with --load canvas, at a quarter of the scene's rate", () => {
    const { kind, rate, taskSeconds, concurrency } = loadOf("worker-kill", "--load", "canvas");
    assert.deepEqual([kind, rate, taskSeconds, concurrency], ["canvas", 1.75, 1, 4]);
  });

  it("is as the user sets it", () => {
    const { rate, concurrency } = loadOf("drain", "--load=canvas", "--rate=3", "--concurrency=1");
    assert.deepEqual([rate, concurrency], [3, 1]);
  });

  it("cannot be workflows on the workers of a pool", () => {
    checkLoad(parse("--load=tasks", "--use-pool"));
    checkLoad(parse("--load=canvas"));
    assert.throws(() => checkLoad(parse("--load=canvas", "--use-pool")), {
      name: "UsageError",
      message: /^--load canvas cannot run on the pool's own workers .* Omit --use-pool\.$/,
    });
  });

  it("can have a payload, unless it is workflows", () => {
    assert.equal(loadOf("drain").payloadBytes, 0);
    assert.equal(loadOf("drain", "--payload-bytes=9").payloadBytes, 9);
    assert.equal(loadOf("stall", "--load=canvas").payloadBytes, 0);
    assert.throws(() => checkLoad(parse("--load=canvas", "--payload-bytes=9")), {
      name: "UsageError",
      message: /^--payload-bytes is 9, but the tasks of --load canvas have no payload/,
    });
  });

  it("is refused if it does not exist", () => {
    assert.throws(
      () => parse("--load", "chains"),
      (error: unknown) => {
        assert.ok(error instanceof CommanderError);
        assert.match(
          error.message,
          /'--load <kind>' argument 'chains' is invalid. Use one of: tasks, canvas\./,
        );
        return true;
      },
    );
  });
});

describe("the faults of random", () => {
  const [random, drain] = ["random", "drain"].map((name) => SCENES.find((scene) => scene.name === name));
  assert.ok(random && drain);

  it("are those of the seed and the time that the user sets", () => {
    assert.deepEqual(planOf(random, parse("--seed=7", "--minutes=30")).random, { seed: 7, minutes: 30 });
  });

  it("have another seed each time by default", () => {
    const seeds = Array.from({ length: 20 }, () => planOf(random, parse()).random?.seed);
    assert.ok(new Set(seeds).size > 10, seeds.join(", "));
  });

  it("are not set for other scenes", () => {
    checkScenes([drain], parse());
    checkScenes([drain, random], parse("--seed=7"));
    for (const option of ["--seed=0", "--minutes=3"])
      assert.throws(() => checkScenes([drain], parse(option)), {
        name: "UsageError",
        message: /^--(seed|minutes) is an option of the scene random only\. Omit it, or run random\.$/,
      });
  });

  it("need a time that has room for one, and ends before the agents", () => {
    for (const minutes of ["1", "50"]) checkScenes([random], parse(`--minutes=${minutes}`));
    for (const minutes of ["0", "0.5", "51"])
      assert.throws(() => checkScenes([random], parse(`--minutes=${minutes}`)), {
        name: "UsageError",
        message: new RegExp(`^--minutes is ${minutes}: .* Use 1 to 50\\.$`),
      });
  });
});
