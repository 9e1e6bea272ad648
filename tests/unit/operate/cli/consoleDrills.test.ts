import assert from "node:assert/strict";
import { PROTECTION_ANNOTATION } from "../../../../components/rabbitMqCluster/names";
import { consoleDrills } from "../../../../operate/cli/consoleDrills";
import type { SceneOffer } from "../../../../operate/console/drills";
import { until } from "../../../../operate/waiting";
import { fakeCluster, notFound } from "../fakeCluster";

const secret = (text: string) => Buffer.from(text).toString("base64");

/** A protected installation without worker pools, so that no drill can begin. */
const CLUSTER = fakeCluster({
  apps: {
    listStatefulSetForAllNamespaces: () => ({
      items: [
        {
          metadata: { name: "mq", namespace: "shop", annotations: { [PROTECTION_ANNOTATION]: "true" } },
          spec: { replicas: 3, selector: { matchLabels: { app: "mq" } }, template: {} },
        },
      ],
    }),
    listNamespacedDeployment: () => ({ items: [] }),
    readNamespacedStatefulSet: notFound,
  },
  core: {
    listNamespacedSecret: () => ({
      items: [
        {
          metadata: {},
          data: { "management-url": secret("http://user:secret@mq:15672"), vhost: secret("jobs") },
        },
      ],
    }),
    readNamespacedConfigMap: () => ({
      data: {
        one: JSON.stringify({ run: "one", finishedAt: "2026-11-28T00:00:00.000Z" }),
        two: JSON.stringify({ run: "two", finishedAt: "2026-11-29T00:00:00.000Z" }),
      },
    }),
  },
});

describe("the drills of `ha-celery console`", () => {
  const printed: string[] = [];
  const drills = () =>
    consoleDrills({
      connect: async () => ({ cluster: CLUSTER, local: false }),
      choice: { context: "test", namespace: "shop", name: "mq" },
      print: (line) => printed.push(line),
    });
  const write = (name: string, body: object) => drills().writes[name]?.({ ...body }) ?? assert.fail(name);

  it("are the scenes of the command, each with the reason of the command if it cannot run", async () => {
    const offers = (await drills().queries["drills/scenes"]?.(new URLSearchParams())) as SceneOffer[];
    const refusalOf = (scene: string) => offers.find(({ name }) => name === scene)?.refusal;
    assert.equal(refusalOf("drain"), undefined);
    assert.match(refusalOf("node-off") ?? "", /--power-off COMMAND --power-on COMMAND/);
    assert.match(refusalOf("volume-loss") ?? "", /shop\/mq is protected .* --allow-protected/);
  });

  it("are recorded, the newest first", async () => {
    const records = (await drills().queries["drills/history"]?.(new URLSearchParams())) as { run: string }[];
    assert.deepEqual(
      records.map(({ run }) => run),
      ["two", "one"],
    );
  });

  it("begin only if the command would begin them, and after the context was typed", async () => {
    await assert.rejects(write("drills/start", { scene: "nonsense" }), /There is no scene "nonsense"/);
    await assert.rejects(write("drills/start", { scene: "volume-loss" }), /is protected/);
    await assert.rejects(write("drills/stop", {}), /No drill is running/);
    const { what, consent } = await write("drills/start", { scene: "drain" });
    assert.deepEqual([what, consent], ["drill drain on shop/mq", "test"]);
  });

  it("end with the reason if they cannot begin, and say that the record is missing", async () => {
    const { writes, runner } = drills();
    const change = await writes["drills/start"]?.({ scene: "drain" });
    const outcome = await change?.run();
    assert.match(outcome?.text ?? "", /^drill drain-\d+ has begun$/);
    await until(
      "it has ended",
      5,
      new AbortController().signal,
      async () => runner.ended.known.length > 0,
      0.05,
    );
    const [ended] = runner.ended.known;
    assert.ok(
      ended && "error" in ended.outcome && ended.outcome.error.includes("worker pool"),
      JSON.stringify(ended),
    );
    assert.equal(runner.running.known, null);
    assert.match(printed.join("\n"), /is missing in the history, ConfigMap shop\/mq-drills/);
    assert.match(printed.join("\n"), /^drill drain-\d+: broken$/m);
  });
});
