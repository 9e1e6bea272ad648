import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { reportCommand } from "../../operate/cli/report";
import { oneFile } from "../../operate/console/embedded";
import { exportOf } from "../../operate/console/export";
import { readSite } from "../../operate/console/site";
import { writeReport } from "../../operate/drill/report";
import { accessibilityProblems } from "./axe";
import { hasCount, hasText, hasTitle, openBrowser } from "./browser";
import { FAILED, NODE_OFF, reportOf } from "./drillReports";
import { BROKEN, change, HEALTHY } from "./installations";
import { nodeLost, NOW, quiet } from "./recordings";
import { exportedTasks, MEASURED } from "./taskRecordings";

const { workloads } = MEASURED.observed;
const FULL = change(BROKEN["full dead letters"] ?? HEALTHY, { workloads });
const REPORTS = { kind: "reports", reports: [reportOf(NODE_OFF), reportOf(FAILED)] } as const;

describe("a page without a console", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-page-"));
  let browser: Browser;
  let page: Page;
  let errors: string[];
  let requests: string[];

  before(async () => {
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(async function () {
    await page.context().close();
    if (this.currentTest?.state === "passed") assert.deepEqual([errors, requests.slice(1)], [[], []]);
  });

  /** Opens a file as from a disk, without a network. */
  async function open(html: string, hash = "", options: BrowserContextOptions = {}): Promise<Page> {
    const file = join(folder, "page.html");
    writeFileSync(file, html);
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      timezoneId: "Europe/Berlin",
      locale: "en-US",
      offline: true,
      ...options,
    });
    page = await context.newPage();
    [errors, requests] = [[], []];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith("data:")) requests.push(request.url());
    });
    await page.goto(`${pathToFileURL(file)}${hash}`);
    await page.locator("main").waitFor();
    return page;
  }

  it("shows the verdict, limits, gaps, events and workers of a drill", async () => {
    const text = await (await open(oneFile(readSite(), REPORTS))).innerText("main");
    for (const part of [
      /node-off passed: 6,\d{3} tasks confirmed, 0 lost, 0 duplicated/,
      /publish gap\s+1\.7 s\s+limit ≤ 10 s, held/,
      /gap 1\.7 s/,
      /\+60\.2 s\s+undone: pool-b-x9qd is on again/,
      /k4zmt\s+broken\s+682\s+-/,
    ])
      assert.match(text, part);
    await hasTitle(page, /^✓ node-off-/);
  });

  it("shows why a drill failed, and text of a cluster as text", async () => {
    await open(oneFile(readSite(), REPORTS));
    await page.getByRole("link", { name: /slow-network/ }).click();
    await page.getByRole("heading", { name: /slow-network FAILED/ }).waitFor();
    const text = await page.innerText("main");
    for (const part of [
      "not healthy 300 s after the fault was undone",
      "limit ≤ 10 s, exceeded",
      "run-000100",
      "undone: <script>alert(1)</script>",
    ])
      assert.ok(text.includes(part), `${part} in ${text}`);
  });

  it("forbids itself everything that it does not bring along", async () => {
    await open(oneFile(readSite(), REPORTS));
    const blocked = await page.evaluate<string>(
      `fetch("https://example.com").catch((error) => error.message)`,
    );
    assert.match(blocked, /Failed to fetch/);
    assert.match(errors.splice(0).join("\n"), /Content Security Policy/);
  });

  it("is an export of the console: its last state and history, without token and buttons", async () => {
    const { name, content } = exportOf(readSite(), { past: nodeLost(), drills: [] }, NOW + 5000);
    assert.equal(name, "ha-celery-shop-mq-2026-11-29T123501Z.html");
    await open(content);
    await hasText(page.locator(".verdict"), /6 problems/);
    await hasText(page.locator(".top"), /Exported on Nov 29, 2026, 13:35:01/);
    await hasCount(page.getByRole("button", { name: /Pause|Export/ }), 0);
    await page.getByRole("link", { name: /^Changes/ }).click();
    await hasText(page.locator(".changes"), /node pool-b-x9qd is not ready/);
  });

  it("is an export with the tasks of that time, and says why it has no dead letters", async () => {
    const tasks = exportedTasks(MEASURED);
    const { content } = exportOf(readSite(), { past: quiet(FULL), drills: [], tasks }, NOW);
    await open(content, "#tasks/shop.mail.send");
    await hasText(page.locator("tbody"), /shop\.mail\.send/);
    await page
      .getByRole("img", { name: /^Rates of shop\.mail\.send: done per second now [\d.]+\/s/ })
      .waitFor();
    await page.getByLabel("since workers started").check();
    await page.getByText("Each worker counts from its own start").waitFor();
    await page.getByRole("link", { name: /^Queues/ }).click();
    await page.getByRole("link", { name: "mail", exact: true }).click();
    await page.getByRole("img", { name: /^Tasks into and out of mail per second/ }).waitFor();
    await hasCount(page.getByText("Purge"), 0);
    await page.getByRole("link", { name: /^Dead letters/ }).click();
    await hasText(
      page.locator("main"),
      /There were 128 dead letters[^]*does not contain them, because their arguments/,
    );
    assert.deepEqual(await accessibilityProblems(page), []);
  });

  it("is an export without tasks if none were read", async () => {
    await open(exportOf(readSite(), { past: nodeLost(), drills: [] }, NOW).content, "#tasks");
    await page.getByText("The console had not read the metrics of the workers").waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(`has no accessibility problem that axe finds, ${colorScheme}`, async () => {
      for (const hash of ["", `#${FAILED.verdict.run}`]) {
        await open(oneFile(readSite(), REPORTS), hash, { colorScheme });
        assert.deepEqual(await accessibilityProblems(page), []);
      }
    });

  it("fits narrow screens", async () => {
    await open(oneFile(readSite(), REPORTS), "", { viewport: { width: 320, height: 640 } });
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320);
  });

  it("is written by `ha-celery report`", async () => {
    for (const { verdict, events, timeline } of [NODE_OFF, FAILED])
      await writeReport(join(folder, "reports"), verdict, events, timeline);
    const file = join(folder, "post-mortem.html");
    const program = new Command();
    reportCommand(program);
    await program.parseAsync(["report", join(folder, "reports"), "--export", file], { from: "user" });
    await open(readFileSync(file, "utf8"));
    await hasCount(page.getByRole("navigation").getByRole("link"), 2);
  });
});
