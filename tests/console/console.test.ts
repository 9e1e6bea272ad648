import assert from "node:assert/strict";
import type { BrowserContextOptions, Page } from "playwright-core";
import { NOTHING, type Past } from "../../operate/console/past";
import { hasCount, hasText, hasTitle, openPages } from "./browser";
import { BROKEN, change, EMPTY, HEALTHY, NODE_LOST, SILENT_BROKERS, statusOf } from "./installations";
import { broken, failed, nodeLost, nodeOff, NOW, quiet, record } from "./recordings";

const REFUSED = "The status cannot be read: connect ECONNREFUSED 10.0.0.1:443";

/** For each broken installation: its problem, the command or advice, and where the rest of the page shows it. */
const SEEN: Readonly<Record<string, { problem: string; cure: string; place: string; text: string }>> = {
  alarm: {
    problem: "memory alarm on mq-1, which blocks all publishers",
    cure: "pulumi up",
    place: ".publishers",
    text: "Blocked: memory alarm on mq-1",
  },
  "cordoned node": {
    problem: "node pool-c-m4hw is cordoned, so what it loses cannot start there again",
    cure: "kubectl --context prod uncordon pool-c-m4hw",
    place: ".place.cordoned",
    text: "Cordoned",
  },
  "dead consumer": {
    problem: "queue mail has 4211 tasks and no consumer",
    cure: "kubectl --context prod -n shop logs mail-6d5f8c7b9-2xkqp --all-containers --previous",
    place: ".queue-row:has-text('mail')",
    text: "no consumer",
  },
  "split member": {
    problem: "mq-2 runs as a separate cluster",
    cure: "npx ha-celery recover --context prod --namespace shop --name mq",
    place: ".broker:has-text('mq-2')",
    text: "Not in the cluster",
  },
  "full dead letters": {
    problem: "128 dead letters, the oldest for 3 days",
    cure: "npx ha-celery dead-letters list --summary --context prod --namespace shop --name mq",
    place: ".aside",
    text: "128 dead letters, the oldest for 3 days",
  },
  "expired certificate": {
    problem: "the certificate of the brokers expired on Nov 29, 2026, 13:20:11, so new connections fail",
    cure: "docs/how-to/tls.md#renew-your-own-certificate",
    place: ".queue-row:has-text('orders')",
    text: "no consumer",
  },
};

describe("the page of the console", function () {
  this.timeout(60_000);
  const pages = openPages();

  async function open(past: Past, view = "", options: BrowserContextOptions = {}): Promise<Page> {
    return (await pages.show(past, options, view)).page;
  }

  it("shows a healthy installation: nodes with brokers and pods, queues, pools", async () => {
    const page = await open(quiet());
    await hasText(page.locator(".verdict").first(), "Healthy");
    await hasTitle(page, "✓ shop/mq");
    const nodes = page.locator(".place");
    await hasCount(nodes, 3);
    const text = await nodes.nth(1).innerText();
    for (const part of [
      "pool-b-x9qd",
      "Ready",
      "mq-1",
      "Member",
      "leads 2 queues",
      "213 MiB of 614 MiB",
      "9vtrd",
    ])
      assert.ok(text.includes(part), `${part} in ${text}`);
    await hasText(page.locator(".queue-row:has-text('orders')").first(), "130 waiting + 32 fetched");
    await hasText(page.locator(".aside").first(), "17 delayed");
    await hasText(page.locator(".flow").first(), "reads orders, reports");
  });

  for (const [name, installation] of Object.entries(BROKEN))
    it(`shows what is wrong, and its cure: ${name}`, async () => {
      const { problem, cure, place, text } = SEEN[name] ?? assert.fail(name);
      const page = await open(broken(installation));
      await hasText(page.locator(".verdict").first(), problem);
      await hasText(page.locator(".verdict").first(), cure);
      await hasText(page.locator(place).first(), text);
      await hasTitle(page, /^✕ \d problems? shop\/mq$/);
    });

  it("shows the last known queues while no broker answers", async () => {
    const page = await open(broken(SILENT_BROKERS));
    await hasText(page.locator(".verdict").first(), "no broker reports its queues");
    await hasText(page.locator(".flow").first(), "No broker reports its queues; last known:");
    await hasText(page.locator(".queue-row:has-text('orders')").first(), "rate unknown");
    await hasText(page.locator(".publishers").first(), "No broker to publish to");
    await hasText(page.locator(".broker").first(), "does not report its queues");
  });

  it("copies the command of a problem", async () => {
    const page = await open(broken(BROKEN["cordoned node"] ?? HEALTHY), "", {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await page.getByRole("button", { name: /^Copy/ }).click();
    await page.getByText("Copied").waitFor();
    assert.equal(
      await page.evaluate("navigator.clipboard.readText()"),
      "kubectl --context prod uncordon pool-c-m4hw",
    );
  });

  it("shows that a node dies, and what that changes", async () => {
    const page = await open(quiet());
    await hasCount(page.locator(".place.not-ready"), 0);
    pages.shown?.tell({ at: NOW + 2000, status: statusOf(NODE_LOST) });
    await page.locator(".place.not-ready").waitFor();
    const node = await page.locator(".place.not-ready").innerText();
    for (const part of ["pool-b-x9qd", "Not ready", "mq-1", "Not running", "9vtrd"])
      assert.ok(node.includes(part), node);
    await hasText(page.locator(".broker:has-text('mq-0')").first(), "leads 3 queues");
    await hasText(page.locator(".verdict").first(), "node pool-b-x9qd has been silent for 74 s");
    await hasTitle(page, /^✕ 6 problems/);
    await hasText(page.getByRole("status"), /^6 problems$/);
    await page.getByRole("link", { name: /^Changes/ }).click();
    await hasText(page.locator(".changes").first(), "node pool-b-x9qd is not ready");
  });

  it("says since when there is a problem, in the zone of the reader", async () => {
    let page = await open(nodeLost());
    const problem = page.locator(".problems div", { hasText: "mq-1 is a member that is not running" });
    await hasText(problem, /not running, since 13:34:06, 50 s ago$/);
    assert.equal(
      await problem.locator("time").getAttribute("title"),
      "Nov 29, 2026, 13:34:06 Europe/Berlin, 2026-11-29T12:34:06.000Z",
    );
    await page.getByRole("link", { name: /^Queues/ }).click();
    await hasText(page.locator(".verdict"), /silent for 74 s[^.]*, since 13:34:06, 50 s ago\. All problems/);
    await pages.shown?.close();
    page = await open(record({ before: 60, installation: NODE_LOST }));
    await hasText(page.locator(".problems").first(), "not running, since 13:33:56 or earlier, 60 s ago");
  });

  it("tells each change once, without durations that stand still", async () => {
    const page = await open(nodeOff(), "#changes");
    await page.locator(".changes li").first().waitFor();
    const texts = await page.locator(".changes li").allInnerTexts();
    for (const part of ["solved", "silent", "is not ready on", "copies online"])
      assert.deepEqual(
        texts.filter((text) => text.includes(part)),
        [],
      );
    assert.equal(texts.filter((text) => text.includes("worker pool mail")).length, 2);
    await hasText(page.locator(".lanes"), /worker pool/);
    assert.doesNotMatch(await page.locator("main").innerText(), /workload/);
  });

  it("shows changes on one time axis with the rates, the newest first", async () => {
    const page = await open(nodeOff(), "#changes");
    await page.locator(".changes li").first().waitFor();
    const texts = await page.locator(".changes li").allInnerTexts();
    const order = [
      "node pool-b-x9qd is ready again",
      "node pool-b-x9qd is not ready",
      "broker mq-1 left",
      "scaled from 3 to 4",
    ].map((part) => texts.findIndex((text) => text.includes(part)));
    assert.ok(
      !order.includes(-1) && order.every((each, index) => each >= (order[index - 1] ?? 0)),
      texts.join("\n"),
    );
    assert.match(texts.at(-1) ?? "", /^13:09:56/);
    const lefts = (selector: string) =>
      page.evaluate<number[]>(
        `[...document.querySelectorAll("${selector}")].map((each) => each.getBoundingClientRect()).map((box) => box.x + box.width / 2)`,
      );
    const lines = await lefts(".plot .mark");
    for (const mark of await lefts(".lane-mark"))
      assert.ok(
        lines.some((line) => Math.abs(line - mark) < 2),
        `${mark} in ${lines.join(" ")}`,
      );
  });

  it("shows the values at the pointer", async () => {
    const page = await open(nodeOff(), "#changes");
    const plot = (await page.locator(".plot").first().boundingBox()) ?? assert.fail();
    await page.mouse.move(plot.x + plot.width * 0.955, plot.y + 20);
    const [, time, depth] =
      /(\d\d:\d\d:\d\d)\s+tasks in all queues ([\d,]+)/.exec(await page.innerText(".readings")) ?? [];
    assert.match(time ?? "", /^13:32/);
    assert.ok(Number(depth?.replace(",", "")) > 1000, depth);
  });

  it("filters queues, and shows the chosen one, with the keyboard alone", async () => {
    const queues = Array.from({ length: 50 }, (_, index) => ({
      name: `queue-${index}`,
      leader: `mq-${index % 3}`,
      ready: index * 10,
      unacknowledged: 1,
      consumers: 1,
      online: 3,
      copies: 3,
    }));
    const page = await open(quiet(change(HEALTHY, { queues })), "#queues");
    await hasCount(page.locator("tbody tr"), 50);
    await hasText(page.locator(".detail").first(), "queue-49");
    await page.getByRole("searchbox").focus();
    await page.keyboard.type("QUEUE-3");
    await hasCount(page.locator("tbody tr"), 11);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "queue-3", exact: true }).waitFor();
    await hasText(page.locator("[aria-current=true]"), /^queue-3$/);
  });

  it("keeps the focus when another view opens, with the keyboard alone", async () => {
    const page = await open(broken(BROKEN["full dead letters"] ?? HEALTHY));
    pages.shown?.mayFailToLoad(); // This recording has no dead letters, tasks and drills to read.
    for (const view of ["Queues", "Tasks", "Drills", "Changes", "Overview"]) {
      await page.getByRole("navigation").getByRole("link", { name: view }).press("Enter");
      await hasText(page.locator("nav [aria-current=page]"), view);
      await hasText(page.locator(":focus"), new RegExp(view));
    }
    await page.getByRole("link", { name: "Look into them here" }).press("Enter");
    await hasText(page.locator("main h2:focus"), "Dead letters");
  });

  it("keeps the last state while the cluster does not answer, says since when, and goes on", async () => {
    const past = failed(failed(quiet(), -2, REFUSED), -60, REFUSED);
    const page = await open(past);
    await hasText(page.locator(".verdict").first(), "No status since 13:34:58");
    await hasText(page.locator(".verdict").first(), "ECONNREFUSED 10.0.0.1:443");
    await hasText(page.locator(".verdict").first(), "Was healthy");
    await hasText(page.locator(".top").first(), "No answer");
    await hasCount(page.locator(".place"), 3);
    await hasTitle(page, "? shop/mq");
    pages.shown?.tell({ at: NOW + 62_000, status: statusOf(HEALTHY) });
    await page.getByText("Live", { exact: true }).waitFor();
    await hasText(page.locator(".verdict").first(), "Healthy");
  });

  it("says that the installation is gone", async () => {
    const page = await open(failed(quiet(), 0, "No installation named mq in the cluster.", "missing"));
    await hasText(page.locator(".verdict").first(), "The installation has been gone since 13:34:56");
    await hasCount(page.locator(".place"), 0);
  });

  it("says that nothing runs, and that it is still reading", async () => {
    const page = await open(quiet(EMPTY));
    await hasText(page.locator("main").first(), "Nothing runs yet");
    await pages.shown?.close();
    const loading = await open(NOTHING);
    await hasText(loading.locator("main").first(), "Reading the installation");
    pages.shown?.tell({ at: NOW, status: statusOf(HEALTHY) });
    await loading.getByRole("heading", { name: "Healthy" }).waitFor();
  });

  it("says that the command was stopped, and keeps the last state", async () => {
    const page = await open(quiet());
    pages.shown?.mayFailToLoad();
    await pages.shown?.console.close();
    await page.getByText("The console has stopped").waitFor();
    await hasText(page.locator(".top").first(), "Disconnected");
    await hasCount(page.locator(".place"), 3);
  });

  it("says that it waits, if an answer takes long", async () => {
    const page = await open(quiet());
    await page.clock.setFixedTime(NOW + 15_000);
    await page.getByText("Waiting, last answer 15 s ago").waitFor();
  });

  it("pauses, which ends the reading, and catches up", async () => {
    const page = await open(quiet());
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused at 13:34:56").waitFor();
    await pages.shown?.until(0);
    pages.shown?.tell({ at: NOW + 5000, status: statusOf(NODE_LOST) });
    await hasText(page.locator(".verdict").first(), "Healthy");
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator(".place.not-ready").waitFor();
    await pages.shown?.until(1);
  });
});
