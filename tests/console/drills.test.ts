import assert from "node:assert/strict";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describeLimits } from "../../operate/drill/verdict/limits";
import { SCENES } from "../../operate/drill/scenes";
import { accessibilityProblems } from "./axe";
import { hasCount, hasText, openPages } from "./browser";
import { type RecordedDrills, recordedDrills, snapshotAt } from "./drillRecordings";
import { NODE_OFF } from "./drillReports";
import { change, changedBroker, HEALTHY, statusOf } from "./installations";
import { NOW, quiet } from "./recordings";

describe("the drills of the console", function () {
  this.timeout(180_000);
  const pages = openPages();
  let drills: RecordedDrills;

  beforeEach(() => {
    drills = recordedDrills();
  });

  async function open(options: BrowserContextOptions & { reads?: boolean } = {}): Promise<Page> {
    const { reads, ...browserOptions } = options;
    const routes = reads ? { ...drills.routes, writes: undefined } : drills.routes;
    const { page } = await pages.show(quiet(), browserOptions, "#drills", routes);
    await page.getByRole("heading", { name: "node-off", exact: true }).waitFor();
    return page;
  }

  /** With the keyboard alone. */
  async function start(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Start node-off", exact: true }).press("Enter");
    await page.getByRole("dialog").getByRole("textbox").fill("prod");
    await page.keyboard.press("Enter");
    await page.getByText("Taking the lease").waitFor();
  }

  it("lists the scenes of the command with their limits, and the recorded drills", async () => {
    const page = await open();
    await hasCount(page.locator(".scene h3"), SCENES.length);
    const names = await page.locator(".scene h3").allInnerTexts();
    assert.deepEqual(
      names,
      SCENES.map(({ name }) => name),
    );
    const text = await page
      .locator(".scene", { hasText: "cuts the power of the leader's machine" })
      .first()
      .innerText();
    for (const limit of describeLimits(SCENES.find(({ name }) => name === "node-off")?.limits ?? {}))
      assert.ok(text.includes(limit.replace(/ \(.*/, "")), `${limit} in ${text}`);
    await hasText(page.locator(".scene", { hasText: "api-off" }), /which Kubernetes cannot do/);
    await hasText(page.locator("table"), /drain\s+passed\s+1204\s+0\s+0\s+0\.4 s/);
    await page.getByRole("searchbox").fill("POWER");
    await hasCount(
      page.locator(".scene"),
      SCENES.filter(({ name, summary }) => /power/i.test(name + summary)).length,
    );
  });

  it("copies commands and starts nothing if it only reads", async () => {
    const page = await open({ reads: true });
    await hasCount(page.getByRole("button", { name: /^Start/ }), 0);
    await hasText(
      page.locator(".scene", { hasText: "evicts its broker" }),
      /npx ha-celery drill drain --context prod --namespace shop --name mq/,
    );
  });

  it("starts a drill after a typed consent, shows it live, and then its verdict, with the keyboard alone", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Start node-off", exact: true }).press("Enter");
    await page.getByRole("dialog").getByRole("textbox").fill("staging");
    assert.ok(await page.getByRole("button", { name: "Start the drill" }).isDisabled());
    await page.keyboard.press("Escape");
    assert.equal(drills.runner.running.known, null);
    await start(page);
    for (let second = 0; second <= 40; second++) drills.update(snapshotAt(second));
    await page.getByText("2,400 confirmed, 2,320 executed").waitFor();
    await hasText(page.locator("[aria-current=step]"), /^fault$/);
    await hasText(page.locator(".place.not-ready"), /pool-b-x9qd[^]*mq-1[^]*k4zmt/);
    await hasText(page.locator(".changes"), /\+0\.4 s\s+pool-b-x9qd is off/);
    const other = await page.context().newPage();
    await other.goto(page.url().replace(/#.*/, "#drills"));
    await other.getByText("node-off is running").waitFor();
    assert.ok(await other.getByRole("button", { name: "Start drain", exact: true }).isDisabled());
    drills.end(NODE_OFF);
    await page.getByRole("heading", { name: /node-off passed/ }).waitFor();
    await other.getByRole("link", { name: /node-off passed/ }).waitFor();
  });

  it("shows a broker that left the cluster before Kubernetes notices", async () => {
    const page = await open();
    await start(page);
    drills.update(snapshotAt(10));
    await hasCount(page.locator(".place"), 3);
    await hasCount(page.locator(".broker.bad"), 0);
    const left = change(HEALTHY, { brokers: changedBroker(HEALTHY, 1, { member: false }) });
    pages.shown?.tell({ at: NOW + 2000, status: statusOf(left) });
    await hasText(page.locator(".broker.bad"), /mq-1\s+Not in the cluster/);
  });

  it("shows no counts that the new leader of the queue has not reported", async () => {
    const page = await open();
    await start(page);
    drills.update({ ...snapshotAt(21), queue: { membersOnline: 2, members: 3 } });
    await hasText(page.locator(".queue-line"), /– waiting \+ – fetched, – consumers\s+2 of 3 copies online/);
  });

  it("stops a drill, which undoes it", async () => {
    const page = await open();
    await start(page);
    await page.getByRole("button", { name: "Stop and undo" }).press("Enter");
    await page.getByRole("heading", { name: "node-off ended without a verdict" }).waitFor();
    await page.getByText("The drill was stopped.").waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(`has no accessibility problem that axe finds, and fits narrow screens, ${colorScheme}`, async () => {
      const page = await open({ colorScheme, viewport: { width: 320, height: 640 } });
      const check = async () => {
        assert.deepEqual(await accessibilityProblems(page), []);
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320);
      };
      await check();
      await start(page);
      drills.update(snapshotAt(40));
      await page.getByText("2,400 confirmed").waitFor();
      await check();
    });
});
