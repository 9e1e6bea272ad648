import assert from "node:assert/strict";
import { parse } from "yaml";
import { formatPlan, yamlOf } from "../../../../operate/size/format";
import { type Keys, keysOf } from "../../../../operate/size/keys";
import { planFor } from "../../../../operate/size/plan";
import type { GivenWish } from "../../../../operate/size/wish";
import { type Settings, parseSettings } from "../../../../program/settings/load";
import { configurationOf, PROJECT } from "../../../../render/stackConfig";
import { exampleOf } from "../../render/examples";
import { EXISTING } from "../../program/settings";
import { load } from "./load";

const LOADS: Partial<GivenWish>[] = [
  { tasksPerSecond: 1 },
  { tasksPerSecond: 2000, payload: 2000, backlog: 1e6, taskSeconds: 0.05 },
  { tasksPerSecond: 9000, taskSeconds: 0 },
  { tasksPerSecond: 0.0001, taskSeconds: 604_800, cpuShare: 0 },
  { tasksPerSecond: 2, payload: 16 * 2 ** 20, taskSeconds: 5 },
  { tasksPerSecond: 300, cpuShare: 0.05, taskSeconds: 2, publishers: 1000 },
];

/** Settings of a stack's file with the printed keys over it, read by the program's own parser. */
function settings(stack: string, printed: string, other: Record<string, string> = {}): Settings {
  const { config } = parse(printed) as { config: Record<string, unknown> };
  const keys = Object.entries(config).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  const overrides = { ...exampleOf(stack), ...Object.fromEntries(keys), ...other };
  const parsed = parseSettings({ config: configurationOf(stack, overrides), project: PROJECT, stack });
  assert.deepEqual(parsed.warnings, []);
  return parsed.settings;
}

describe("the printed keys", () => {
  for (const values of LOADS)
    it(`are valid in the file of prod: ${JSON.stringify(values)}`, () => {
      const keys = keysOf(planFor(load(values)));
      const { workerPools, ...read } = settings("prod", yamlOf(keys));
      const { workerPools: pools, ...plain } = keys;
      assert.deepEqual(workerPools, pools);
      for (const [key, value] of Object.entries(plain)) assert.equal(read[key as keyof typeof read], value);
    });

  it("are valid in staging, and without the keys of the cluster on an existing one", () => {
    const keys = keysOf(planFor(load()));
    settings("staging", yamlOf(keys));
    const own = Object.fromEntries(
      Object.entries(keys).filter(([key]) => /^(broker|workerPools)/.test(key)),
    ) as unknown as Keys;
    settings("prod", yamlOf(own), { target: "existing", ...EXISTING, location: "", maintenanceStart: "" });
  });

  it("are the end of what the command prints", () => {
    const plan = planFor(load());
    assert.ok(formatPlan(plan).endsWith(yamlOf(keysOf(plan)).trimEnd()));
  });

  it("name a queue and a pool for each part of a hot queue", () => {
    const { workerPools } = keysOf(planFor(load({ tasksPerSecond: 2000, taskSeconds: 0 })));
    assert.deepEqual(
      workerPools.map(({ name, queues }) => [name, queues]),
      [
        ["tasks-0", ["tasks-0"]],
        ["tasks-1", ["tasks-1"]],
      ],
    );
  });
});
