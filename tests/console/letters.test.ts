import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { letterQueries, letterWrites, type UseLetters } from "../../operate/console/deadLetters";
import type { Listing } from "../../operate/console/letters";
import type { Query } from "../../operate/console/routes";
import { readLetter } from "../../operate/deadLetters/letter";
import { UserError } from "../../operate/errors";
import { accessibilityProblems } from "./axe";
import { hasCount, hasText, openBrowser, type Shown, show } from "./browser";
import { change, changed, HEALTHY } from "./installations";
import { letter, LetterBroker, type LetterFacts } from "./letterBroker";
import { picture } from "./pictures";
import { NOW, quiet } from "./recordings";

const { queues = [] } = HEALTHY.observed;
const FULL = change(HEALTHY, {
  queues: changed(queues, "dead-letters", { ready: 29 }),
  deadLetters: { messages: 29, oldestSeconds: 3 * 86_400 + 5_000 },
});

/** 25 mails whose template is missing, invoices that killed their worker, and reports that nobody started in time. */
function recordedLetters(): LetterFacts[] {
  const id = (prefix: string, index: number) =>
    `${prefix}${String(index).padStart(4, "0")}-5b1e-4f0a-9c1d-2f6d8a7e4c10`;
  const mails = Array.from({ length: 25 }, (_, index) => ({
    ...{ id: id("7c0e", index), task: "shop.mail.send", queue: "mail", reason: "rejected" },
    ...{
      kwargs: `{'order': ${48_100 + 37 * index}, 'template': 'advent-2026'}`,
      diedAt: NOW - 60_000 * (31 - index),
    },
  }));
  const invoices = [0, 1, 2].map((index) => ({
    ...{ id: id("a41b", index), task: "shop.orders.invoice", queue: "orders", reason: "delivery_limit" },
    ...{ args: `(${48_207 + index},)`, diedAt: NOW - 86_400_000 * 3 + 1_800_000 * index, count: 1 },
  }));
  const report = {
    ...{ id: id("e93d", 0), task: "shop.reports.daily", queue: "reports", reason: "expired" },
    ...{ args: "('2026-11-28',)", diedAt: NOW - 40_000_000, expires: "2026-11-29T00:00:00+00:00" },
  };
  return [...invoices, report, ...mails];
}

/** The time of the list is always the same, so that pictures repeat. */
const listedAt =
  (at: number, query?: Query): Query =>
  async (parameters) => ({ ...((await query?.(parameters)) as Listing), at });

const filterOf = (page: Page, name: string) =>
  page
    .getByRole("group", { name: "Filters" })
    .locator("label")
    .filter({ hasText: new RegExp(`^${name}`) })
    .locator("select");

describe("dead letters in the console", function () {
  this.timeout(120_000);
  let browser: Browser;
  let shown: Shown;
  let broker: LetterBroker;
  /** Number of connections. */
  let uses: number;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());
  beforeEach(() => {
    uses = 0;
    broker = new LetterBroker(recordedLetters().map(letter), ["mail", "orders"]);
  });
  afterEach(() => shown.close());

  const letters: UseLetters = (use) => {
    uses += 1;
    return use(broker.session(), { namespace: "shop", name: "mq", protected: false });
  };

  async function open(
    { view = "#dead-letters", changes = true, use = letters } = {},
    options: BrowserContextOptions = {},
  ): Promise<Page> {
    shown = await show(browser, quiet(FULL), options, view, {
      queries: { ...letterQueries(use), "dead-letters": listedAt(NOW, letterQueries(use)["dead-letters"]) },
      writes: changes ? letterWrites(use, { context: "prod", allowProtected: false }) : undefined,
    });
    return shown.page;
  }

  const ids = (queue: string) => broker.queues.get(queue)?.map((each) => readLetter(each).id);

  it("are listed and filtered, and read only when asked", async () => {
    const page = await open();
    await page.getByRole("heading", { name: "29 dead letters" }).waitFor();
    await hasCount(page.locator("tbody tr"), 29);
    assert.equal(uses, 1);
    await filterOf(page, "reason").selectOption("delivery_limit");
    await page.getByRole("button", { name: "Replay these 3 …" }).waitFor();
    await hasCount(page.locator("tbody tr"), 3);
    await filterOf(page, "reason").selectOption("");
    await filterOf(page, "task").selectOption({ label: "shop.mail.send (25)" });
    await page.getByRole("button", { name: "Purge these 25 …" }).waitFor();
    await page.getByText("dead-letters list --task shop.mail.send --context prod").waitFor();
    assert.equal(uses, 4);
    assert.equal(broker.letters.length, 29);
    assert.deepEqual(shown.errors, []);
  });

  it("are replayed with the number typed, with the keyboard alone, and say what became of them", async () => {
    const page = await open();
    await filterOf(page, "queue").selectOption({ label: "reports (1)" });
    await page.getByRole("button", { name: "Replay this dead letter …" }).waitFor();
    await filterOf(page, "queue").selectOption("");
    await page.getByRole("button", { name: "Replay these 29 …" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Replay 29 dead letters (all)?").waitFor();
    assert.ok(await dialog.getByRole("button", { name: "Replay" }).isDisabled());
    await page.keyboard.type("29");
    await page.keyboard.press("Enter");
    await page.getByText("Replayed 28 of 29 selected dead letters, 0 were not selected").waitFor();
    await page
      .getByText(/shop\.reports\.daily\[e93d0000.*\] stays: it expired at Nov 29, 2026, 01:00:00/)
      .waitFor();
    await page.getByRole("heading", { name: "1 dead letter", exact: true }).waitFor();
    assert.equal(ids("mail")?.length, 25);
    assert.deepEqual(ids("orders")?.length, 3);
  });

  it("are purged only with the name of the context, and not if they have changed", async () => {
    const page = await open();
    shown.mayFailToLoad();
    await filterOf(page, "task").selectOption({ label: "shop.orders.invoice (3)" });
    await page.getByRole("button", { name: "Purge these 3 …" }).click();
    const dialog = page.getByRole("dialog");
    const typed = dialog.getByLabel("Type the name of the context");
    await typed.fill("production");
    assert.ok(await dialog.getByRole("button", { name: "Purge" }).isDisabled());
    broker.letters.shift();
    await typed.fill("prod");
    await dialog.getByRole("button", { name: "Purge" }).click();
    await dialog.getByText("The dead letters have changed since you read them. Read them again.").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Read again" }).click();
    await page.getByRole("button", { name: "Purge these 2 …" }).click();
    await dialog.getByLabel("Type the name of the context").fill("prod");
    await dialog.getByRole("button", { name: "Purge" }).click();
    await page.getByText("2 dead letters deleted for good").waitFor();
    assert.equal(broker.letters.length, 26);
  });

  it("are looked into, and replayed one by one", async () => {
    const page = await open();
    await page.getByRole("link", { name: "shop.orders.invoice" }).first().click();
    await page.getByRole("heading", { name: "shop.orders.invoice" }).waitFor();
    await page.getByText("it killed its worker, or exceeded the pool's time limit").waitFor();
    await page.getByText("gen7@shop-web-0").waitFor();
    await hasText(page.getByRole("region", { name: "Arguments as text" }), /\(48207,\)/);
    // The heading has the focus, because the link that led here is gone.
    await hasText(page.locator("h2:focus"), "shop.orders.invoice");
    const died = page.locator(".facts time").first();
    await hasText(died, /^Nov 26, 2026, 13:34:56$/);
    assert.equal(
      await died.getAttribute("title"),
      "Nov 26, 2026, 13:34:56 Europe/Berlin, 2026-11-26T12:34:56.000Z",
    );
    await page.getByRole("button", { name: "Replay this dead letter …" }).click();
    await page.getByRole("dialog", { name: "Replay shop.orders.invoice?" }).waitFor();
    await page.getByLabel("Type the number of dead letters").fill("1");
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    const outcome = /^Replayed shop\.orders\.invoice\[a41b0000-[^ ]*\] to queue orders/;
    await hasText(page.locator(".banner:focus"), outcome);
    await page.getByText("It is no longer among the dead letters.").waitFor();
    await hasText(page.locator("#letter"), "shop.orders.invoice");
    await hasCount(page.getByText("anymore"), 0);
    assert.equal(ids("orders")?.length, 1);
    await page.getByRole("link", { name: "All dead letters" }).click();
    await page.getByRole("heading", { name: "28 dead letters" }).waitFor();
    await hasCount(page.getByText("to queue orders"), 0);
    assert.deepEqual(shown.errors, []);
  });

  it("say before a replay and after it that they have expired, in the words of the page", async () => {
    const page = await open();
    await page.getByRole("link", { name: "shop.reports.daily" }).click();
    await page.getByRole("button", { name: "Replay this dead letter …" }).click();
    const dialog = page.getByRole("dialog", { name: "Replay shop.reports.daily?" });
    await hasText(dialog, /It is published to its own queue reports of shop\/mq/);
    await hasText(
      dialog,
      /It expired on Nov 29, 2026, 01:00:00, so it stays.* unless you check “Also run tasks that have expired”/,
    );
    await page.getByLabel("Type the number of dead letters").fill("1");
    await page.keyboard.press("Enter");
    const banner = page.locator(".banner:focus");
    await hasText(
      banner,
      /The dead letter was not replayed[^]*run it anyway, check “Also run tasks that have expired”/,
    );
    await page.getByRole("button", { name: "Replay this dead letter …" }).click();
    await dialog.getByLabel("Also run tasks that have expired").check();
    await page.getByLabel("Type the number of dead letters").fill("1");
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await hasText(banner, /reports does not exist: .* name another one with “Queue, if not their own”/);
    await page.getByRole("link", { name: "All dead letters" }).click();
    await page.getByRole("link", { name: "shop.mail.send" }).first().click();
    await page.getByRole("heading", { name: "shop.mail.send" }).waitFor();
    await hasCount(page.getByText("The dead letter was not replayed"), 0);
    assert.deepEqual(shown.errors, []);
  });

  it("keep their name when one is purged", async () => {
    const page = await open();
    await page.getByRole("link", { name: "shop.mail.send" }).first().click();
    await page.getByRole("button", { name: "Purge this dead letter …" }).click();
    const dialog = page.getByRole("dialog", { name: "Purge shop.mail.send?" });
    await dialog.getByLabel("Type the name of the context").fill("prod");
    await page.keyboard.press("Enter");
    await hasText(
      page.locator(".banner:focus"),
      /Deleted shop\.mail\.send\[7c0e0000-.*\] of queue mail for good/,
    );
    await hasText(page.locator("#letter"), "shop.mail.send");
    assert.equal(broker.letters.length, 28);
    assert.deepEqual(shown.errors, []);
  });

  it("are only read without --allow-changes, with the commands for a terminal", async () => {
    const page = await open({ changes: false });
    await page.getByText("Replay or purge these 29").click();
    await page
      .getByText("npx ha-celery dead-letters replay --all --context prod --namespace shop --name mq")
      .waitFor();
    await hasCount(page.getByRole("button", { name: /^(Replay|Purge)/ }), 0);
  });

  it("say that there are none, or why they cannot be read", async () => {
    broker.letters.length = 0;
    let page = await open();
    await page.getByRole("heading", { name: "No dead letters" }).waitFor();
    await shown.close();
    page = await open({
      use: async () => {
        throw new UserError("No broker of shop/mq accepts a connection: pods/portforward is forbidden.");
      },
    });
    await page.getByText("pods/portforward is forbidden").waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(`are accessible, fit, and have pictures, ${colorScheme}`, async () => {
      const dark = colorScheme === "dark" ? "-dark" : "";
      const page = await open({}, { colorScheme, viewport: { width: 1200, height: 800 } });
      await filterOf(page, "reason").selectOption("delivery_limit");
      await page.getByRole("button", { name: "Replay these 3 …" }).waitFor();
      assert.deepEqual(await accessibilityProblems(page), []);
      await picture(page, `console-dead-letters${dark}`);
      await page.getByRole("button", { name: "Replay these 3 …" }).click();
      assert.deepEqual(await accessibilityProblems(page), []);
      if (colorScheme === "light") await picture(page, "console-replay");
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "shop.orders.invoice" }).first().click();
      await page.getByText("gen7@shop-web-0").waitFor();
      assert.deepEqual(await accessibilityProblems(page), []);
      await page.setViewportSize({ width: 320, height: 640 });
      assert.ok(Number(await page.evaluate("document.documentElement.scrollWidth")) <= 320);
    });
});
