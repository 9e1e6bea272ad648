import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { stacks } from "../../../render/stackConfig";
import { costsOf, PAGE, pricesOf, readPage, settingsOf, STACKS, withTables } from "./stacksPage";

describe("docs/reference/stacks.md", () => {
  it("has tables that are computed from the stack files and its own prices", async () => {
    const page = readPage();
    const formatted = await format(withTables(page), { ...(await resolveConfig(PAGE)), filepath: PAGE });
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(PAGE, formatted);
    assert.equal(readPage(), formatted, `${PAGE} is out of date: run the tests with UPDATE_GOLDENS=1.`);
  });

  it("tells of every stack that has a file", () => {
    assert.deepEqual(stacks(), [...STACKS].sort());
    for (const stack of STACKS) assert.match(readPage(), new RegExp(`^\\| \`${stack}\` +\\|`, "m"));
  });

  it("computes with the formula that it shows", () => {
    const prices = {
      fee: 1,
      "e2-standard-4": 2,
      "spot share": 0.5,
      "balanced GB": 3,
      "ssd GB": 5,
      "NAT node": 7,
      "NAT address": 11,
      "registry GB": 13,
      "image scan": 17,
      "key version": 19,
      "log GB": 23,
      "million samples": 29,
      "workload scan": 31,
    };
    assert.deepEqual(costsOf({ ...settingsOf("prod"), nodes: 6, ledger: true }, prices), {
      "control plane": 730,
      machines: 6 * 730 * 2,
      "boot disks": 6 * 50 * 3,
      "NAT gateway": 730 * (6 * 7 + 11),
      "broker volumes": 3 * 50 * 5,
      "ledger volume": 5,
      images: 1.5 * 13,
      "image scans": 2 * 4 * 17,
      key: 4 * 19,
      logs: 0,
      "Managed Prometheus": 0,
      "workload scans": 0,
    });
    const more = {
      ...settingsOf("prod"),
      nodes: 10,
      workloadScanning: true,
      clusterMetrics: ["SYSTEM_COMPONENTS", "POD"] as const,
    };
    const {
      logs,
      "Managed Prometheus": metrics,
      "workload scans": scans,
    } = costsOf({ ...more, clusterMetrics: [...more.clusterMetrics] }, prices);
    assert.equal(logs, (10 * 7 - 50) * 23);
    assert.equal(metrics, 10 * 4.38 * 29);
    assert.equal(scans, 730 * 31);
    assert.equal(
      costsOf(
        { ...more, clusterMetrics: [], flowLogs: false, encryption: "google", imageScanning: false },
        prices,
      ).key,
      0,
    );
    assert.equal(costsOf({ ...settingsOf("prod"), spot: true }, prices).machines, 3 * 730);
    assert.deepEqual(costsOf(settingsOf("local"), prices), {});
  });

  it("has a price for all that it charges, and a source for each price", () => {
    const prices = pricesOf(readPage());
    for (const stack of STACKS) costsOf(settingsOf(stack), prices);
    assert.equal(Object.keys(prices).length, 14);
    assert.throws(() => costsOf(settingsOf("prod"), {}), /stacks.md has no price of/);
  });
});
