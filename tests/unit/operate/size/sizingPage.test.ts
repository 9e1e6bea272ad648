import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { parseQuantity } from "../../../../components/shared/quantity";
import { brokersFor, type BrokerSize } from "../../../../operate/size/brokers";
import { type Figure, FIGURES, VALUES } from "../../../../operate/size/figures";
import { allocatable } from "../../../../operate/size/machines";
import { GIB, MIB } from "../../../../operate/size/units";
import { settingsOf } from "../../program/stacksPage";
import { resolveWish } from "../../../../operate/size/wish";
import { load } from "./load";
import { brokersOf, PAGE, readPage, SIZED, withTables } from "./sizingPage";

const figures: [string, Figure][] = Object.entries(FIGURES);

describe("docs/how-to/sizing.md", () => {
  it("has the figures, and what the default stacks carry", async () => {
    const formatted = await format(withTables(readPage()), {
      ...(await resolveConfig(PAGE)),
      filepath: PAGE,
    });
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(PAGE, formatted);
    assert.equal(readPage(), formatted, `${PAGE} is out of date: run the tests with UPDATE_GOLDENS=1.`);
  });

  it("has a source for every figure, and plans with no less than was measured", () => {
    for (const [name, { value, range, source }] of figures) {
      assert.ok(source.startsWith("https://") || existsSync(join("docs", source)), `${name}: ${source}`);
      if (range) assert.ok(range[0] <= range[1] && value >= range[0], name);
    }
  });
});

describe("the default stacks", () => {
  for (const stack of SIZED)
    it(`${stack}: its brokers suffice for what the page says that they carry`, () => {
      const settings = settingsOf(stack);
      const carried = brokersOf(stack);
      const clients = { connections: 40, payloadsInFlight: 20 };
      const size = brokersFor(resolveWish(load({ ...carried })), clients, 1, VALUES) as BrokerSize;
      assert.ok(size.cpus <= (parseQuantity(settings.brokerCpu) ?? 0));
      assert.ok(size.memoryMib * MIB <= (parseQuantity(settings.brokerMemory) ?? 0));
      assert.ok(size.storageGib * GIB <= (parseQuantity(settings.brokerStorage) ?? 0));
      const more = { tasksPerSecond: 1.2 * carried.tasksPerSecond, backlog: 1.2 * carried.backlog };
      assert.notDeepEqual(brokersFor(resolveWish(load(more)), clients, 1, VALUES), size);
    });

  for (const stack of SIZED)
    it(`${stack}: its pods fit on its nodes`, () => {
      const { nodes, machineType, brokerCpu, brokerMemory, workerPools } = settingsOf(stack);
      const free = allocatable(Number(machineType.split("-").at(-1)));
      const pods = workerPools.map(({ replicas, autoscale, cpu = "250m", memory = "512Mi" }) => {
        const count = Math.ceil((autoscale?.maxReplicas ?? replicas ?? 3) / nodes);
        return { cpus: count * (parseQuantity(cpu) ?? 0), gib: (count * (parseQuantity(memory) ?? 0)) / GIB };
      });
      const sum = (of: "cpus" | "gib") => pods.reduce((all, pod) => all + pod[of], 0);
      assert.ok((parseQuantity(brokerCpu) ?? 0) + sum("cpus") + VALUES.nodeCpu <= free.cpus);
      assert.ok((parseQuantity(brokerMemory) ?? 0) / GIB + sum("gib") + VALUES.nodeMemory <= free.gib);
    });
});
