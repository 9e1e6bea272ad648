import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import type { InstallationStatus } from "../../operate/status/model";
import { openBrowser, show } from "./browser";
import { change, HEALTHY, type Installation, statusOf } from "./installations";
import { NOW, quiet } from "./recordings";

const { observed } = HEALTHY;

/** 50 queues, 100 worker pods, 10 nodes. */
const LARGE: Installation = change(HEALTHY, {
  queues: Array.from({ length: 50 }, (_, index) => ({
    name: `queue-${index}`,
    leader: `mq-${index % 3}`,
    ready: 100 * index,
    unacknowledged: 8,
    consumers: 2,
    online: 3,
    copies: 3,
  })),
  nodes: Array.from({ length: 10 }, (_, node) => ({
    name: `node-${node}`,
    ready: true,
    cordoned: false,
    pods: [
      ...(node < 3 ? [`mq-${node}`] : []),
      ...Array.from({ length: 10 }, (_, pod) => `orders-5c9d7b684-${node}x${pod}`),
    ],
  })),
  brokers: observed.brokers.map((broker, index) => ({ ...broker, kubernetesNode: `node-${index}` })),
  workloads: [
    {
      kind: "worker pool",
      name: "orders",
      ready: 100,
      wanted: 100,
      queues: ["queue-0"],
      unready: [],
      reasons: [],
      processes: [],
    },
  ],
});

const at = (ready: number): InstallationStatus => {
  const status = statusOf(LARGE);
  return { ...status, queues: status.queues?.map((queue) => ({ ...queue, ready })) };
};

const heapBytes = async (page: Page): Promise<number> => {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
};

describe("the page of the console with 50 queues and 100 pods", function () {
  this.timeout(120_000);
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  it("loads within a second, follows each status, and does not grow", async () => {
    const shown = await show(browser, quiet(LARGE), {}, "#queues");
    const { page, tell } = shown;
    const follow = async (from: number, to: number) => {
      for (let step = from; step < to; step++) tell({ at: NOW + step * 5000, status: at(step) });
      await page.locator(`tbody tr:has-text("queue-49") td:nth-child(2):text-is("${to - 1}")`).waitFor();
    };
    try {
      const session = await page.context().newCDPSession(page);
      // Time of the processor, because other tests keep this machine busy.
      await session.send("Performance.enable", { timeDomain: "threadTicks" });
      const cpuMs = async () => {
        const { metrics } = await session.send("Performance.getMetrics");
        return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN);
      };
      const loading = await cpuMs();
      await page.reload();
      await page.locator("tbody tr").first().waitFor();
      const paint = (await cpuMs()) - loading;
      await follow(1, 20);
      const [before, started] = [await heapBytes(page), await cpuMs()];
      await follow(20, 120);
      const each = ((await cpuMs()) - started) / 100;
      const grown = (await heapBytes(page)) - before;
      console.log(
        `      ${paint.toFixed(0)} ms to load, ${each.toFixed(0)} ms for each status, ${(before / 1e6).toFixed(1)} MB, ${(grown / 1e6).toFixed(1)} MB more after 100 statuses`,
      );
      assert.ok(paint < 1000, `${paint} ms to load`);
      assert.ok(each < 100, `${each} ms for each status`);
      assert.ok(grown < before * 0.1, `${grown} of ${before} bytes`);
    } finally {
      await shown.close();
    }
  });
});
