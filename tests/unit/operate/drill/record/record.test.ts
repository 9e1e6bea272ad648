import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { V1ConfigMap } from "@kubernetes/client-node";
import type { Brokers } from "../../../../../operate/cluster/brokers";
import { eventOf } from "../../../../../operate/drill/record/event";
import { formatHistory } from "../../../../../operate/drill/record/format";
import { addToHistory, readHistory } from "../../../../../operate/drill/record/history";
import { publishMetrics } from "../../../../../operate/drill/record/metrics";
import {
  type DrillRecord,
  recordOf,
  recordOfError,
  sentenceOf,
} from "../../../../../operate/drill/record/record";
import { record, recorded } from "../../../../../operate/drill/record/recorder";
import type { DrillResult } from "../../../../../operate/drill/plan";
import { postWebhook } from "../../../../../operate/drill/record/webhook";
import type { Verdict } from "../../../../../operate/drill/verdict/verdict";
import { colorsFor } from "../../../../../operate/colors";
import { messageOf, RefusedError, UserError } from "../../../../../operate/errors";
import { fakeCluster, notFound } from "../../fakeCluster";

const OWNER = { namespace: "jobs", name: "mq" };
const BEGAN = { run: "drain-1129030001", scene: "drain", startedAt: new Date("2026-11-29T03:00:01Z") };
const END = new Date("2026-11-29T03:01:13Z");
const VERDICT = {
  passed: true,
  reasons: [],
  confirmed: 812,
  lost: 0,
  duplicated: 1,
  publishGapSeconds: 2.1,
  consumeGapSeconds: null,
  workerBackSeconds: 3,
  redeliverySeconds: null,
  fullStrengthSeconds: 0,
  lostIds: ["many"],
} as unknown as Verdict;

const passed = recordOf(BEGAN, VERDICT, END);
const refused = recordOfError(BEGAN, new RefusedError("node one is not ready"), END);

/** A namespace with one ConfigMap. */
function configMaps() {
  let kept: V1ConfigMap | undefined;
  const cluster = fakeCluster({
    core: {
      readNamespacedConfigMap: () => kept ?? notFound(),
      createNamespacedConfigMap: ({ body }: { body: V1ConfigMap }) => (kept = body),
      patchNamespacedConfigMap: ({
        name,
        body,
      }: {
        name: string;
        body: { data: Record<string, string | null> };
      }) => {
        if (!kept) return notFound();
        assert.equal(name, "mq-drills");
        const merged = Object.entries({ ...kept.data, ...body.data });
        const data = merged.filter((entry): entry is [string, string] => entry[1] !== null);
        return (kept = { ...kept, data: Object.fromEntries(data) });
      },
      createNamespacedEvent: () => ({}),
    },
    apps: { readNamespacedStatefulSet: () => ({ metadata: { uid: "7" } }) },
  });
  return { cluster, kept: () => kept };
}

describe("a record of a drill", () => {
  it("has the figures of a verdict, and no ids of tasks", () => {
    assert.deepEqual(passed, {
      run: "drain-1129030001",
      scene: "drain",
      outcome: "passed",
      startedAt: "2026-11-29T03:00:01.000Z",
      finishedAt: "2026-11-29T03:01:13.000Z",
      reasons: [],
      confirmed: 812,
      lost: 0,
      duplicated: 1,
      publishGapSeconds: 2.1,
      consumeGapSeconds: null,
      workerBackSeconds: 3,
      redeliverySeconds: null,
      fullStrengthSeconds: 0,
    });
  });

  it("tells a drill that did not begin from one that broke off", () => {
    assert.equal(refused.outcome, "refused");
    assert.equal(recordOfError(BEGAN, new UserError("stopped")).outcome, "broken");
    assert.equal(recordOfError(BEGAN, "no error").outcome, "broken");
  });

  it("is small, whatever the reasons", () => {
    const reasons = Array.from({ length: 100 }, () => "x".repeat(10_000));
    const long = recordOf(BEGAN, { ...VERDICT, passed: false, reasons }, END);
    assert.equal(long.outcome, "failed");
    assert.ok(JSON.stringify(long).length < 4000);
  });

  it("is one sentence for people", () => {
    assert.equal(
      sentenceOf(OWNER, passed),
      "Drill drain of jobs/mq passed: 812 tasks confirmed, 0 lost, 1 duplicated, publish gap 2.1 s, worker back 3 s, full strength 0 s (drain-1129030001)",
    );
    assert.equal(
      sentenceOf(OWNER, refused),
      "Drill drain of jobs/mq was refused: node one is not ready (drain-1129030001)",
    );
  });
});

describe("a drill that is recorded", () => {
  const brokers = { exec: async () => "", pods: async () => [] } as unknown as Brokers;
  const run = async (drill: () => Promise<DrillResult>) => {
    const reported: (readonly [outcome: string, missing: number])[] = [];
    const report = ({ outcome }: DrillRecord, failures: readonly string[]) =>
      reported.push([outcome, failures.length]);
    const options = { webhook: "http://127.0.0.1:1/" };
    const recording = { cluster: fakeCluster({}), installation: { ...OWNER, brokers }, options, report };
    const ended = recorded(BEGAN, recording, drill).then(({ verdict }) => verdict, messageOf);
    return { ended: await ended, reported };
  };

  it("is recorded once, with its verdict, and says where that failed", async () => {
    const result = { verdict: VERDICT } as DrillResult;
    assert.deepEqual(await run(async () => result), { ended: VERDICT, reported: [["passed", 1]] });
  });

  it("is recorded without a verdict, too", async () => {
    const refuse = () => Promise.reject(new RefusedError("node one is not ready"));
    assert.deepEqual(await run(refuse), { ended: "node one is not ready", reported: [["refused", 1]] });
  });
});

describe("the history of drills", () => {
  it("is empty before the first drill, and then sorted by time", async () => {
    const { cluster } = configMaps();
    assert.deepEqual(await readHistory(cluster, OWNER), []);
    await addToHistory(cluster, OWNER, { ...passed, run: "b", finishedAt: "2026-11-30T00:00:00.000Z" });
    await addToHistory(cluster, OWNER, { ...passed, run: "a", finishedAt: "2026-11-29T00:00:00.000Z" });
    assert.deepEqual(
      (await readHistory(cluster, OWNER)).map(({ run }) => run),
      ["a", "b"],
    );
  });

  it("forgets the oldest of more than 100", async () => {
    const { cluster, kept } = configMaps();
    for (let day = 100; day < 205; day++)
      await addToHistory(cluster, OWNER, { ...passed, run: `run-${day}`, finishedAt: `2026-${day}` });
    const runs = (await readHistory(cluster, OWNER)).map(({ run }) => run);
    assert.equal(runs.length, 100);
    assert.deepEqual([runs[0], runs.at(-1)], ["run-105", "run-204"]);
    assert.ok(JSON.stringify(kept()).length < 1024 * 1024);
  });

  it("is a table", () => {
    const table = formatHistory([passed, refused], colorsFor({}, {}));
    assert.match(table, /2026-11-29 03:01:13Z.*drain.*passed.*812.*2\.1 s/);
    assert.match(table, /refused.*node one is not ready/);
    assert.match(table, /1 of 2 passed$/);
    assert.equal(formatHistory([], colorsFor({}, {})), "no drill is recorded");
  });
});

describe("the event of a drill", () => {
  it("belongs to the brokers' StatefulSet", () => {
    const event = eventOf(OWNER, "7", passed);
    assert.deepEqual(event.involvedObject, {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      namespace: "jobs",
      name: "mq",
      uid: "7",
    });
    assert.deepEqual([event.type, event.reason], ["Normal", "DrillPassed"]);
    assert.equal(event.metadata.name, "mq.drain-1129030001");
  });

  it("is a warning unless the drill passed", () => {
    const { type, reason, message } = eventOf(OWNER, undefined, refused);
    assert.deepEqual([type, reason], ["Warning", "DrillRefused"]);
    assert.match(message ?? "", /node one is not ready/);
  });

  it("is at most as long as Kubernetes allows", () => {
    const reasons = Array.from({ length: 5 }, () => "x".repeat(500));
    assert.equal(eventOf(OWNER, undefined, { ...refused, reasons }).message?.length, 1024);
  });
});

describe("the metrics of a drill", () => {
  async function commands(outcome: DrillRecord): Promise<string[][]> {
    const sent: string[][] = [];
    const ready = { metadata: { name: "mq-1" }, status: { conditions: [{ type: "Ready", status: "True" }] } };
    const brokers: Pick<Brokers, "pods" | "exec"> = {
      pods: async () => [{ metadata: { name: "mq-0" } }, ready],
      exec: async ({ pod }, ...command) => {
        sent.push([pod, ...command]);
        return "";
      },
    };
    await publishMetrics(brokers as Brokers, outcome);
    return sent;
  }

  it("are a parameter of the broker, by scene", async () => {
    assert.deepEqual(await commands(passed), [
      [
        "mq-1",
        "rabbitmqctl",
        "--quiet",
        "set_global_parameter",
        "ha_celery_drill.drain",
        '{"passed":1,"finished":1795921273}',
      ],
    ]);
    const [failed] = await commands({ ...passed, outcome: "broken" });
    assert.match(failed?.at(-1) ?? "", /"passed":0/);
  });

  it("stay as they are if the drill was refused", async () => {
    assert.deepEqual(await commands(refused), []);
  });
});

describe("the webhook of a drill", () => {
  /** Runs a server that answers with these statuses, one after the other, and returns the received bodies. */
  async function withServer(
    statuses: readonly number[],
    use: (url: string) => Promise<void>,
  ): Promise<{ body: string; request: IncomingMessage }[]> {
    const received: { body: string; request: IncomingMessage }[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        received.push({ body, request });
        response.writeHead(statuses[received.length - 1] ?? 500).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/secret`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
    return received;
  }

  it("gets the record and a sentence as JSON", async () => {
    const [{ body, request } = assert.fail("nothing was received")] = await withServer([204], (url) =>
      postWebhook(url, OWNER, passed),
    );
    assert.equal(request.headers["content-type"], "application/json");
    const { text: sentence, ...rest } = JSON.parse(body) as Record<string, unknown>;
    assert.equal(sentence, sentenceOf(OWNER, passed));
    assert.deepEqual(rest, { ...OWNER, ...JSON.parse(JSON.stringify(passed)) });
  });

  it("is tried three times, and its path stays secret", async () => {
    const received = await withServer([500, 503, 200], (url) => postWebhook(url, OWNER, passed, 0));
    assert.equal(received.length, 3);
    await withServer([500, 500, 404], async (url) => {
      await assert.rejects(
        postWebhook(url, OWNER, passed, 0),
        /^Error: 127\.0\.0\.1:\d+ answered 404 Not Found$/,
      );
    });
    await assert.rejects(
      postWebhook("http://127.0.0.1:1/hooks/secret", OWNER, passed, 0),
      (error: Error) =>
        /127\.0\.0\.1:1 does not answer/.test(error.message) && !error.message.includes("secret"),
    );
  });
});

describe("an outcome that is recorded", () => {
  const brokers = { pods: async () => [] } as unknown as Brokers;

  it("goes to every place, and each failure is named", async () => {
    const { cluster } = configMaps();
    const failures = await record(cluster, { ...OWNER, brokers }, { record: true }, passed);
    assert.deepEqual(failures, [
      "The outcome of drain-1129030001 is missing in the metrics: no broker is ready",
    ]);
    assert.equal((await readHistory(cluster, OWNER)).length, 1);
  });

  it("goes nowhere without the option", async () => {
    assert.deepEqual(await record(fakeCluster({}), { ...OWNER, brokers }, {}, passed), []);
  });
});
