import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import type { Past } from "../../operate/console/past";
import { UserError } from "../../operate/errors";
import { accessibilityProblems } from "./axe";
import { hasCount, hasText, openBrowser, type Shown, show } from "./browser";
import { BROKEN, change, changed, HEALTHY, type Installation } from "./installations";
import { growing, quiet } from "./recordings";

const { queues = [] } = HEALTHY.observed;
const FULL = BROKEN["full dead letters"] ?? HEALTHY;
/** A queue that no pool reads, beside those of the pools. */
const AUDITED = change(HEALTHY, {
  queues: [
    ...queues,
    { name: "audit", leader: "mq-0", ready: 5, unacknowledged: 0, consumers: 1, online: 3, copies: 3 },
  ],
});
const UNREAD = BROKEN["dead consumer"] ?? HEALTHY;
const PROTECTED = "shop/mq is protected (deletionProtection), and a purge deletes tasks for good.";

describe("queues in the console", function () {
  this.timeout(120_000);
  let browser: Browser;
  let shown: Shown;
  let purged: unknown[];
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());
  beforeEach(() => {
    purged = [];
  });
  afterEach(() => shown.close());

  async function open(
    view: string,
    { installation = HEALTHY, past, changes = true, width = 1280 }: OpenOptions = {},
  ): Promise<Page> {
    shown = await show(browser, past ?? quiet(installation), { viewport: { width, height: 900 } }, view, {
      writes: changes
        ? {
            "queues/purge": async ({ queue }) => {
              if (queue === "reports") throw new UserError(PROTECTED);
              return {
                what: "purge",
                consent: "prod",
                run: async () => (
                  purged.push(queue),
                  { text: `queue ${String(queue)}: about 130 tasks deleted` }
                ),
              };
            },
          }
        : undefined,
    });
    return shown.page;
  }

  it("are purged after the context was typed, and say so", async () => {
    const page = await open("#queues/orders");
    await page.getByRole("button", { name: "Purge 130 waiting tasks …" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Purge queue orders?" });
    await dialog.getByText("130 waiting tasks of shop/mq in the cluster of context prod").waitFor();
    await page.keyboard.type("staging");
    assert.ok(await dialog.getByRole("button", { name: "Purge" }).isDisabled());
    await dialog.getByRole("textbox").fill("prod");
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Queue orders: about 130 tasks deleted" }).waitFor();
    await dialog.waitFor({ state: "detached" });
    assert.deepEqual(purged, ["orders"]);
    assert.deepEqual(shown.errors, []);
  });

  it("stay if the command refuses, with its reason", async () => {
    const page = await open("#queues/reports");
    await page.getByRole("button", { name: "Purge 3 waiting tasks …" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("prod");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("alert").getByText(PROTECTED).waitFor();
    assert.deepEqual(purged, []);
  });

  it("name the command where the page does not purge", async () => {
    let page = await open("#queues/orders", { changes: false });
    await hasCount(page.getByRole("button", { name: /^Purge/ }), 0);
    await page.getByText("Purge 130 waiting tasks").click();
    await page
      .getByText("npx ha-celery queues purge orders --context prod --namespace shop --name mq")
      .waitFor();
    await shown.close();
    page = await open("#queues/audit", { installation: AUDITED });
    await page.getByText("Purge 5 waiting tasks").click();
    await page.getByText("npx ha-celery queues purge audit --other-queue --context prod").waitFor();
    await hasCount(page.getByRole("button", { name: /^Purge/ }), 0);
  });

  it("lead to dead letters, as the overview and its problem do", async () => {
    const page = await open("", { installation: FULL });
    const arrived = () => page.waitForURL(/#dead-letters$/);
    await page.getByRole("link", { name: "Look into them here" }).click();
    await arrived();
    await page.goto(page.url().replace(/#.*/, "#overview"));
    await page.locator(".aside").getByRole("link", { name: "128 dead letters" }).click();
    await arrived();
    await page.goto(page.url().replace(/#.*/, "#queues"));
    await page.locator("tbody").getByRole("link", { name: "look into them" }).click();
    await arrived();
    await page.goto(page.url().replace(/#.*/, "#queues/dead-letters"));
    await hasText(page.locator(".detail"), /dead-letters[^]*Look into the dead letters/);
    await hasCount(page.getByRole("button", { name: /^Purge/ }), 0);
    await page.locator(".detail").getByRole("link", { name: "Look into the dead letters" }).click();
    await arrived();
  });

  it("show a rate, but no end, without consumers, and the state of the pool that reads them", async () => {
    const page = await open("", { installation: UNREAD });
    await hasText(page.locator(".queue-row:has-text('mail')").first(), /no consumer[^]*shrinks [\d.]+\/s$/);
    await page.goto(page.url().replace(/#.*|$/, "#queues/mail"));
    await hasText(page.locator(".detail"), "read by worker pool mail: 0 of 3 ready");
    const row = page.getByRole("row").filter({ hasText: "mail" });
    await hasText(row, /shrinks/);
    // No green mark: nobody runs what leaves the queue.
    await hasCount(row.locator(".shrinks"), 0);
    await hasCount(row.getByText("empty in"), 0);
    // After the charts, so that it is not the first thing in the card.
    await hasCount(page.locator(".detail .chart ~ .actions").getByRole("button", { name: /^Purge/ }), 1);
  });

  it("say why they grow, in the words of the command", async () => {
    const page = await open("", { past: growing() });
    const why = "2 of 2 slots busy, 4.1 tasks/s in, 2.0/s out: add workers";
    await hasText(page.locator(".queue-row:has-text('mail')"), /grows 2\.1\/s/);
    await hasText(page.locator(".queue-row:has-text('mail')"), why);
    await hasCount(page.locator(".growth"), 1);
    await page.getByRole("link", { name: "mail", exact: true }).click();
    await hasText(page.locator(".detail"), why);
    assert.deepEqual(await accessibilityProblems(page), []);
  });

  it("say why their rates are unknown", async () => {
    const ratesUnknown = "worker pool mail: 1 of 3 workers do not answer";
    const unknown = change(HEALTHY, { queues: changed(queues, "mail", { ratesUnknown }) });
    const page = await open("#queues/mail", { installation: unknown });
    await hasText(page.locator(".detail"), `Rates in and out are unknown: ${ratesUnknown}`);
  });

  it("fit narrow screens", async () => {
    const page = await open("#queues/orders", { width: 320 });
    await page.getByRole("button", { name: "Purge 130 waiting tasks …" }).waitFor();
    assert.ok(Number(await page.evaluate("document.documentElement.scrollWidth")) <= 320);
  });
});

interface OpenOptions {
  readonly installation?: Installation;
  /** Instead of an hour in which nothing happens. */
  readonly past?: Past;
  readonly changes?: boolean;
  readonly width?: number;
}
