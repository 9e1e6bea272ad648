import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  DEAD_LETTERS,
  DEFAULT_RUN,
  JOB_VARIABLES,
  LONGEST_TASK_SECONDS,
  METRICS,
  PREFETCH,
  PUBLISH_BUDGET_SECONDS,
  QUEUE_NAME,
  RUN_NAME,
  STATE_DIR,
  TASKS,
  USER,
  VARIABLES,
} from "../../../../components/shared/celery/contract";

const WORKER = resolve(__dirname, "../../../../docker/worker");
const SETTINGS = "ha_celery/settings.py";
const TYPES = "ha_celery/variable_types.py";
const SCHEDULER = "counter/scheduler.py";

/** The groups of a pattern in a file of the Python package. */
function found(file: string, pattern: RegExp): string[] {
  const match = pattern.exec(readFileSync(join(WORKER, file), "utf8"));
  assert.ok(
    match,
    `docker/worker/${file} has nothing that matches ${pattern}. Correct the pattern in this test.`,
  );
  return match.slice(1);
}

/** The value of digits and products such as `7 * 86400`. */
const product = (text: string) =>
  text.split("*").reduce((value, factor) => value * Number(factor.replaceAll("_", "")), 1);

describe("what the components and the Python package share", () => {
  const limits = (variable: string) =>
    new RegExp(`"${variable}",\\s*(?:optional\\()?(?:integer|number)\\(([^,]+), ([^)]+)\\)`);
  const FACTS: [fact: string, file: string, pattern: RegExp, values: string[]][] = [
    ["names of queues", TYPES, /^QUEUE_NAME = r"(.+)"$/m, [QUEUE_NAME.source.slice(1, -1)]],
    ["names of runs", TYPES, /^RUN_NAME_PATTERN = r"(.+)"$/m, [RUN_NAME.source.slice(1, -1)]],
    [
      "the prefetch that limits count with",
      "ha_celery/setting_values.py",
      /^PREFETCH = (\d+)$/m,
      [String(PREFETCH.fallback)],
    ],
    [
      "the publish budget",
      SETTINGS,
      new RegExp(`"${VARIABLES.publishBudget}", number\\([^)]*\\), \\d+, "(\\d+)"`),
      [String(PUBLISH_BUDGET_SECONDS.fallback)],
    ],
    ["the folder of the probes' files", SETTINGS, /state_dir: Path = Path\("(.+)"\)/, [STATE_DIR]],
    ["the queue of dead letters", "ha_celery/worker_start.py", /^DEAD_LETTERS = "(.+)"$/m, [DEAD_LETTERS]],
    [
      "the default run",
      SCHEDULER,
      new RegExp(`"${JOB_VARIABLES.run}", RUN_NAME, "", "(.+?)"`),
      [DEFAULT_RUN],
    ],
    [
      "the default number of tasks",
      SCHEDULER,
      new RegExp(`"${JOB_VARIABLES.tasks}", .*, "(\\d+)"`),
      [String(TASKS.fallback)],
    ],
    ["the user", "Dockerfile", /^USER (\d+):(\d+)$/m, [String(USER), String(USER)]],
  ];
  for (const [fact, file, pattern, values] of FACTS)
    it(`has one value: ${fact}`, () => {
      assert.deepEqual(
        found(file, pattern),
        values,
        `components/shared/celery/contract.ts and docker/worker/${file} differ in ${fact}. Change both.`,
      );
    });

  for (const [variable, { least, most }, file] of [
    [VARIABLES.prefetch, PREFETCH, SETTINGS],
    [VARIABLES.metricsPort, { ...METRICS, least: 0 }, SETTINGS],
    [VARIABLES.longestTaskSeconds, LONGEST_TASK_SECONDS, SETTINGS],
    [VARIABLES.publishBudget, PUBLISH_BUDGET_SECONDS, SETTINGS],
    [JOB_VARIABLES.tasks, TASKS, SCHEDULER],
  ] as const)
    it(`has one value: the limits of ${variable}`, () => {
      assert.deepEqual(
        found(file, limits(variable)).map(product),
        [least, most],
        `components/shared/celery/contract.ts and docker/worker/${file} differ in the limits of ${variable}. Change both.`,
      );
    });

  for (const variable of Object.values(VARIABLES))
    it(`is read by the package: ${variable}`, () => {
      if (variable === VARIABLES.ledgerToken)
        found("ha_celery/ledger.py", /environ\.get\("HA_CELERY_LEDGER_TOKEN"/);
      else found(SETTINGS, new RegExp(`env\\.read\\(\\s*"${variable}"`));
    });
});
