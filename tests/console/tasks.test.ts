import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { TaskWindow } from "../../operate/tasks/window";
import { workerPage } from "../unit/operate/tasks/worker";
import { accessibilityProblems } from "./axe";
import { hasText, openBrowser, type Shown, show } from "./browser";
import { HEALTHY, type Installation } from "./installations";
import { picture } from "./pictures";
import { NOW, quiet } from "./recordings";
import { MEASURED, tasksQuery, UNREADABLE } from "./taskRecordings";

describe("tasks in the console", function () {
  this.timeout(120_000);
  let browser: Browser;
  let shown: Shown;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());
  afterEach(() => shown.close());

  async function open(
    installation: Installation,
    view = "#tasks",
    options: BrowserContextOptions = {},
    window?: TaskWindow,
  ): Promise<Page> {
    shown = await show(browser, quiet(installation), options, view, {
      queries: { tasks: tasksQuery(installation, window) },
    });
    return shown.page;
  }

  it("show rates, percentiles, failures and retries by name, and busy slots", async () => {
    const page = await open(MEASURED);
    const row = page.locator("tbody tr:has-text('shop.mail.send')");
    await row.waitFor();
    const text = await row.innerText();
    assert.match(text, /mail\s+\d+\s+0\.[89]\/s/);
    assert.match(text, /340 ms · 850 ms · 970 ms\s+3 s · 4.8 s · 5 s/);
    await hasText(page.locator(".pool-card").first(), /mail[^]*Busy slots\s+24 of 24/);
    await hasText(page.locator("tbody th").first(), /shop\.orders\.accept/);
    await page.getByLabel("since workers started").check();
    await page.getByText("Each worker counts from its own start").waitFor();
    await hasText(row, /–/);
    assert.deepEqual(shown.errors, []);
  });

  it("show one with its rates over the last hour, with the keyboard alone", async () => {
    const page = await open(MEASURED);
    await page.getByRole("link", { name: "shop.mail.send" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "shop.mail.send" }).waitFor();
    const chart = page.getByRole("img", {
      name: /^Rates of shop\.mail\.send: done per second now [\d.]+\/s/,
    });
    await chart.waitFor();
    await hasText(page.locator(".facts"), /failed\s+\d+/);
  });

  it("are the rates into and out of a queue", async () => {
    const page = await open(MEASURED, "#queues/mail");
    await page
      .getByRole("img", {
        name: /^Tasks into and out of mail per second: in per second now .*, out per second now 0\.[789]/,
      })
      .waitFor();
    await shown.close();
    const unread = await open(UNREADABLE, "#queues/mail");
    await unread.getByRole("img", { name: /^Change of mail per second/ }).waitFor();
    assert.deepEqual(shown.errors, []);
  });

  it("say that workers serve no metrics, do not answer, or did nothing yet", async () => {
    const silent = new TaskWindow();
    let page = await open(HEALTHY, "#tasks", {}, silent);
    await page.getByText("No worker reports its tasks").waitFor();
    await page.getByText("Worker pool mail: no worker that has started serves metrics").waitFor();
    await shown.close();
    page = await open(UNREADABLE, "#tasks", {}, silent);
    await page.getByText("Worker pool orders: no worker answers").waitFor();
    await shown.close();
    silent.add(NOW, new Map([["a", workerPage(1, { succeeded: 3 })]]));
    page = await open(MEASURED, "#tasks", {}, silent);
    await page.getByText("No task yet").waitFor();
    await page.getByRole("button", { name: "Show all since the workers started" }).click();
    await page.getByRole("link", { name: "shop.mail" }).waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(`are accessible, fit, and have a picture, ${colorScheme}`, async () => {
      const viewport = { width: 1200, height: 800 };
      const page = await open(MEASURED, "#tasks/shop.mail.send", { colorScheme, viewport });
      await page.locator("tbody tr").first().waitFor();
      assert.deepEqual(await accessibilityProblems(page), []);
      await picture(page, `console-tasks${colorScheme === "dark" ? "-dark" : ""}`);
      await page.setViewportSize({ width: 320, height: 640 });
      assert.ok(Number(await page.evaluate("document.documentElement.scrollWidth")) <= 320);
    });
});
