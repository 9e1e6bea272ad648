import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { stacks } from "../../../render/stackConfig";
import { costsOf } from "../../../operate/size/costs";
import { PAGE, readPage, settingsOf, stackCosts, STACKS, withTables } from "./stacksPage";

describe("docs/reference/stacks.md", () => {
  it("has tables that are computed from the stack files and the prices", async () => {
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
      "network log GB": 31,
      "million samples": 29,
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
      "flow logs": 6 * 2 * 31,
      "Managed Prometheus": 0,
    });
    const more = {
      ...settingsOf("prod"),
      nodes: 20,
      clusterMetrics: ["SYSTEM_COMPONENTS", "POD"] as const,
    };
    const { logs, "Managed Prometheus": metrics } = costsOf(
      { ...more, clusterMetrics: [...more.clusterMetrics] },
      prices,
    );
    assert.equal(logs, (20 * 5 - 50) * 23);
    assert.equal(metrics, 20 * 4.38 * 29);
    assert.equal(
      costsOf(
        { ...more, clusterMetrics: [], flowLogs: false, encryption: "google", imageScanning: false },
        prices,
      ).key,
      0,
    );
    assert.equal(costsOf({ ...settingsOf("prod"), spot: true }, prices).machines, 3 * 730);
    assert.deepEqual(stackCosts("local"), {});
  });

  it("has a price for all that it charges", () => {
    assert.throws(() => costsOf(settingsOf("prod"), {}), /There is no price of /);
  });
});
