import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { depths } from "../../../../operate/console/history";
import { NOTHING, observe } from "../../../../operate/console/past";
import { earlierRates, prometheusUrl, readEarlier } from "../../../../operate/console/prometheus";
import { answerTo } from "../../../../operate/console/taskReading";
import { TaskWindow } from "../../../../operate/tasks/window";
import { HEALTHY, statusOf } from "../../../console/installations";
import { workerPage } from "../tasks/worker";

const STATUS = statusOf(HEALTHY);
const NOW = 3_700_000;
const TIMES = [100, 120, 140];
const series = (metric: object, ...values: number[]) => ({
  metric,
  values: values.map((value, index) => [TIMES[index], String(value)]),
});

/** What a Prometheus answers, by a part of the query. */
const RECORDED: Readonly<Record<string, readonly object[]>> = {
  messages_ready: [series({ queue: "mail" }, 5, 6, 7), series({ queue: "orders" }, 1)],
  messages_unacked: [series({ queue: "mail" }, 2, 2, 2), series({ queue: "orders" }, 3)],
  tasks_succeeded: [
    series({ task: "shop.mail", queue: "mail" }, 1, 1.5, 2),
    series({ task: "shop.bill", queue: "mail" }, 0.5, 0.5, 0.5),
  ],
  tasks_rejected: [series({ task: "shop.mail", queue: "mail" }, 0.25, 0, 0)],
};

describe("the last hour from a Prometheus", () => {
  let server: Server;
  let url: URL;
  let queries: URLSearchParams[];
  let authorization: string | undefined;
  let answer: (query: string) => object;
  beforeEach(async () => {
    queries = [];
    answer = (query) => ({
      status: "success",
      data: { result: Object.entries(RECORDED).find(([part]) => query.includes(part))?.[1] ?? [] },
    });
    server = createServer((request, response) => {
      authorization = request.headers.authorization;
      const { pathname, searchParams } = new URL(request.url ?? "", "http://prometheus");
      if (pathname !== "/base/api/v1/query_range") return void response.writeHead(404).end("not found");
      queries.push(searchParams);
      const body = answer(searchParams.get("query") ?? "");
      response.writeHead("error" in body ? 422 : 200).end(JSON.stringify(body));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = new URL(`http://reader:a%2Fb@127.0.0.1:${(server.address() as AddressInfo).port}/base`);
  });
  afterEach(() => server.close());

  it("is the depth of each queue, and the rates of each task", async () => {
    const { samples, rates } = await readEarlier(url, STATUS, NOW);
    assert.deepEqual(samples, [
      { at: 100_000, queues: { mail: [5, 2], orders: [1, 3] } },
      { at: 120_000, queues: { mail: [6, 2] } },
      { at: 140_000, queues: { mail: [7, 2] } },
    ]);
    assert.deepEqual(earlierRates({ samples, rates }, "queue", "mail", 140_000), [
      { at: 100_000, done: 1.75, failed: 0.25 },
      { at: 120_000, done: 2, failed: 0 },
    ]);
    assert.deepEqual(
      earlierRates({ samples, rates }, "task", "shop.bill", Infinity).map(({ done }) => done),
      [0.5, 0.5, 0.5],
    );
    assert.equal(authorization, `Basic ${Buffer.from("reader:a/b").toString("base64")}`);
  });

  it("is asked for by the labels of the component Monitoring", async () => {
    await readEarlier(url, STATUS, NOW);
    const asked = queries.map((each) => each.get("query")).sort();
    assert.equal(asked.length, 7);
    assert.equal(
      asked[0],
      'sum by (queue) (rabbitmq_detailed_queue_messages_ready{namespace="shop",app_kubernetes_io_instance="mq",queue!~"celery_delayed_.*"})',
    );
    assert.equal(
      asked[2],
      'sum by (task, queue) (rate(ha_celery_tasks_discarded_total{namespace="shop",app_kubernetes_io_instance=~"mail|orders"}[2m]))',
    );
    assert.deepEqual(
      ["start", "end", "step"].map((key) => queries[0]?.get(key)),
      ["100", "3700", "20"],
    );
  });

  it("comes before what the console has seen itself", async () => {
    const earlier = await readEarlier(url, STATUS, NOW);
    const started = observe(NOTHING, { at: 130_000, status: STATUS });
    const past = observe(started, { at: 131_000, earlier: earlier.samples });
    assert.deepEqual(
      depths(past.samples, "mail").map(({ at, value }) => [at, value]),
      [
        [100_000, 7],
        [120_000, 8],
        [130_000, 66],
      ],
    );
    assert.deepEqual(past.changes, []);
    const window = new TaskWindow();
    const page = (succeeded: number) =>
      new Map([["a", workerPage(1, { task: "shop.mail", queue: "mail", succeeded })]]);
    window.add(110_000, page(0));
    window.add(130_000, page(20));
    assert.deepEqual(answerTo({ task: "shop.mail" }, STATUS, { window, earlier }).rates, [
      { at: 100_000, done: 1.25, failed: 0.25 },
      { at: 130_000, done: 1, failed: 0 },
    ]);
  });

  it("is missing with the reason of the Prometheus", async () => {
    answer = () => ({ status: "error", error: "query timed out" });
    await assert.rejects(readEarlier(url, STATUS, NOW), /^Error: query timed out$/);
    await assert.rejects(readEarlier(new URL("/other", url), STATUS, NOW), /status 404/);
  });

  it("needs an address", () => {
    assert.equal(prometheusUrl("https://prometheus.shop.example/x").pathname, "/x");
    for (const text of ["prometheus:9090", "file:///etc", ""])
      assert.throws(() => prometheusUrl(text), /is not the address of a Prometheus/);
  });
});
