import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { localName, REPOSITORY } from "../../local/paths";
import { enableFeatureFlags } from "../../operate/upgrade/finish";
import { UpgradedBrokers } from "./upgradedBrokers";
import { QUEUE, UpgradeLoad } from "./upgradeLoad";
import { until } from "./lettersBroker";

/** Seconds of load before and after each step. */
const LOAD_SECONDS = 5;

/** Debian serves RabbitMQ 3.10, 4.0, and 4.3. From 4.0 to 4.3, no release lies between that could be had. */
describe("an upgrade of three brokers from RabbitMQ 4.0 under load", () => {
  const cluster = new UpgradedBrokers(localName("upgrade", "broker"));
  let images: { former: string; present: string };
  let load: UpgradeLoad;

  const confirmsGoOn = async () => {
    const before = load.confirmed.length;
    await until("tasks are confirmed", () => load.confirmed.length > before + 20);
    await sleep(LOAD_SECONDS * 1000);
  };
  const disabledFlags = async (ordinal: number) => {
    const lines = (await cluster.control(ordinal, "list_feature_flags", "name", "state", "stability")).split(
      "\n",
    );
    return lines
      .map((line) => line.split(/\s+/))
      .filter(([, state, stability]) => state === "disabled" && stability === "stable")
      .map(([name]) => name);
  };

  /** Writes what explains tasks that have not run, and returns the folder with the tables that matter most. */
  const evidence = async (lost: readonly string[]) => {
    const folder = join(REPOSITORY, ".local", "reports", `upgrade-${Date.now()}`);
    mkdirSync(folder, { recursive: true });
    const read = await cluster.evidence(QUEUE);
    await load.writeStacks();
    for (const [name, text] of Object.entries({ ...read, load: load.output }))
      writeFileSync(join(folder, `${name}.txt`), text);
    const { queues, consumers, channels } = read;
    return [`not run: ${lost.join(" ")}`, queues, consumers, channels, `More: ${folder}`].join("\n");
  };

  before(async () => {
    images = await cluster.prepare();
    load = new UpgradeLoad(cluster.url);
    await cluster.startAll(images.former);
    assert.match(await cluster.control(0, "version"), /^4\.0\./);
    // It has to be enabled before RabbitMQ 4.3, which has no other metadata store.
    await cluster.control(0, "enable_feature_flag", "--opt-in", "khepri_db");
    load.start();
    await confirmsGoOn();
  });
  after(async () => {
    await load.close();
    await cluster.stop();
  });

  it("is refused one broker at a time, because 4.3 requires feature flags that 4.0 does not know", async () => {
    const log = await cluster.logOfAttempt(2, images.present);
    assert.match(log, /incompatible_feature_flags|unsupported/);
    await cluster.restart(2, images.former);
    await confirmsGoOn();
  });

  it("loses nothing when all brokers stop, and start with the present version", async () => {
    const began = Date.now();
    await cluster.stopAll();
    await cluster.startAll(images.present);
    assert.match(await cluster.control(0, "version"), /^4\.3\./);
    await confirmsGoOn();
    console.log(`      stopped and started: ${((Date.now() - began) / 1000).toFixed(0)} s`);
  });

  it("leaves feature flags that ha-celery upgrade finish enables on all brokers, under load", async () => {
    const flags = await disabledFlags(0);
    assert.ok(flags.includes("rabbitmq_4.3.0"), flags.join());
    await enableFeatureFlags(cluster.brokers);
    for (const ordinal of [0, 1, 2]) assert.deepEqual(await disabledFlags(ordinal), []);
    await confirmsGoOn();
  });

  it("has executed every confirmed task in the end", async () => {
    await load.stopPublishing();
    const ids = load.confirmed.map(({ id }) => id);
    await until("all have run", () => {
      const ran = new Set(load.ran);
      return ids.every((id) => ran.has(id));
    }).catch(() => undefined);
    const { ran, confirmed } = load;
    const lost = ids.filter((id) => !ran.includes(id));
    const pauses = confirmed.slice(1).map(({ at }, index) => at - (confirmed[index]?.at ?? at));
    console.log(
      `      ${ids.length} confirmed, ${lost.length} lost, ${ran.length - new Set(ran).size} duplicated, longest pause ${Math.max(...pauses).toFixed(1)} s, worker restarted ${load.restarts} times`,
    );
    if (lost.length > 0) assert.fail(await evidence(lost));
    assert.ok(ids.length > 200);
  });
});
