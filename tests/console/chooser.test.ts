import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chooserQueries } from "../../operate/console/chooser";
import { type Choice, Installations, parametersOf } from "../../operate/console/installations";
import { NOTHING } from "../../operate/console/past";
import type { Body } from "../../operate/console/routes";
import { UserError } from "../../operate/errors";
import { fakeCluster } from "../unit/operate/fakeCluster";
import { accessibilityProblems } from "./axe";
import { hasCount, hasText, hasTitle, openBrowser, openConsole, type Opened, recorded } from "./browser";
import { recordedDrills } from "./drillRecordings";
import { change, HEALTHY, NODE_LOST } from "./installations";
import { picture } from "./pictures";
import { failed, quiet } from "./recordings";

const PROD: Choice = { context: "prod", namespace: "shop", name: "mq" };
const STAGING: Choice = { context: "staging", namespace: "lab", name: "rabbit" };
const CONTEXTS = ["prod", "staging", "far-away"];
const SILENT = 'The cluster of context "far-away" (https://10.9.8.7) does not answer: fetch failed.';

/** The cluster of each context, as the chooser asks it. */
async function clusterOf(context: string) {
  if (context === "far-away") throw new UserError(SILENT);
  const metadata = context === "prod" ? PROD : STAGING;
  return fakeCluster({ apps: { listStatefulSetForAllNamespaces: () => ({ items: [{ metadata }] }) } });
}

const chooser = chooserQueries({ list: async () => CONTEXTS, cluster: clusterOf });

describe("the chooser of the console", function () {
  this.timeout(120_000);
  let browser: Browser;
  let opened: Opened;
  /** Scenes that were started, by the context of the installation. */
  let started: [context: string, scene: unknown][];
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());
  beforeEach(() => {
    started = [];
  });
  afterEach(async function () {
    await opened.close();
    if (this.currentTest?.state === "passed") assert.deepEqual(opened.errors, []);
  });

  /** Prod is healthy, a node of staging is lost, and the third cluster does not answer. */
  function routesOf(choice: Choice) {
    const { context } = choice;
    const drills = recordedDrills(context).routes;
    const past =
      context === "far-away"
        ? failed(NOTHING, 0, SILENT)
        : quiet(change(context === "prod" ? HEALTHY : NODE_LOST, choice));
    return {
      ...drills,
      source: recorded(past),
      queries: { ...drills.queries, ...chooser },
      writes: {
        ...drills.writes,
        "drills/start": async (body: Body) => {
          const asked = (await drills.writes["drills/start"]?.(body)) ?? assert.fail();
          return { ...asked, run: () => (started.push([context, body.scene]), asked.run()) };
        },
      },
    };
  }

  async function open(view = "", options: BrowserContextOptions = {}): Promise<Page> {
    const shown = new Installations(PROD, (choice) => ({
      routes: routesOf(choice),
      isIdle: () => true,
      close: async () => undefined,
    }));
    opened = await openConsole(browser, (parameters) => shown.routesFor(parameters), options, view);
    return opened.page;
  }

  const dialogOf = (page: Page) => page.getByRole("dialog", { name: "Installations by context" });

  it("switches to an installation of another context with the keyboard alone, and stays in the view", async () => {
    const page = await open("#changes");
    await page.getByRole("heading", { name: "shop/mq" }).waitFor();
    await page.getByRole("button", { name: "Switch …" }).focus();
    await page.keyboard.press("Enter");
    await hasText(dialogOf(page).locator("details[open]"), /prod \(shown\)\s+shop\/mq/);
    await hasText(dialogOf(page).locator("[aria-current=page]"), /^shop\/mq$/);
    await dialogOf(page).locator("summary", { hasText: "staging" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "lab/rabbit" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "lab/rabbit" }).waitFor();
    await hasText(page.locator("button:focus"), "Switch …");
    await hasTitle(page, /✕ \d problems? lab\/rabbit/);
    await hasText(page.locator(".who"), "context staging");
    await hasText(page.getByRole("navigation").locator("[aria-current=page]"), /^Changes/);
    await page.goBack();
    await page.getByRole("heading", { name: "shop/mq" }).waitFor();
  });

  it("puts the installation into the address, which shows the same one in another tab", async () => {
    const page = await open("#queues");
    await page.getByRole("heading", { name: "shop/mq" }).waitFor();
    await page.waitForURL((url) => url.search === `?${parametersOf(PROD)}` && url.hash === "#queues");
    const other = await page.context().newPage();
    await other.goto(page.url().replace(/\?.*/, `?${parametersOf(STAGING)}#overview`));
    await other.getByRole("heading", { name: "lab/rabbit" }).waitFor();
    await hasCount(other.locator(".place.not-ready"), 1);
    await page.reload();
    await page.getByRole("heading", { name: "shop/mq" }).waitFor();
    assert.equal(await other.locator(".live a").getAttribute("href"), `export?${parametersOf(STAGING)}`);
  });

  it("says why a cluster does not answer, asks again, and the others stay usable", async () => {
    const page = await open();
    opened.mayFailToLoad();
    await page.getByRole("button", { name: "Switch …" }).click();
    await dialogOf(page).getByText("far-away").click();
    await dialogOf(page).getByRole("alert").getByText(SILENT).waitFor();
    await dialogOf(page).getByRole("button", { name: "Ask far-away again" }).click();
    await dialogOf(page).getByRole("alert").getByText(SILENT).waitFor();
    await dialogOf(page).getByText("staging").click();
    await dialogOf(page).getByRole("link", { name: "lab/rabbit" }).waitFor();
    await page.keyboard.press("Escape");
    await dialogOf(page).waitFor({ state: "detached" });
    const silent: Choice = { ...STAGING, context: "far-away" };
    await page.goto(page.url().replace(/\?.*/, `?${parametersOf(silent)}`));
    await hasText(page.locator(".verdict"), /No status since[^]*does not answer/);
    await hasText(page.locator(".who"), /lab\/rabbit\s+context far-away/);
    await page.getByRole("button", { name: "Switch …" }).waitFor();
  });

  it("lets a change be confirmed with the context of the installation that the tab shows, and changes only that", async () => {
    const page = await open("#drills");
    await page.waitForURL(/context=prod/);
    await page.goto(page.url().replace(/\?.*/, `?${parametersOf(STAGING)}#drills`));
    await page.getByRole("button", { name: "Start drain", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Run drain on lab/rabbit?").waitFor();
    await dialog.getByRole("textbox").fill("prod");
    assert.ok(await dialog.getByRole("button", { name: "Start the drill" }).isDisabled());
    await dialog.getByRole("textbox").fill("staging");
    await page.keyboard.press("Enter");
    await page.getByText("Taking the lease").waitFor();
    assert.deepEqual(started, [["staging", "drain"]]);
    await page.goto(page.url().replace(/\?.*/, `?${parametersOf(PROD)}#drills`));
    assert.ok(await page.getByRole("button", { name: "Start drain", exact: true }).isEnabled());
  });

  it("has a picture", async () => {
    const page = await open("", { viewport: { width: 1000, height: 640 } });
    opened.mayFailToLoad();
    await page.getByRole("button", { name: "Switch …" }).click();
    for (const [context, shown] of [
      ["staging", "lab/rabbit"],
      ["far-away", SILENT],
    ] as const) {
      await dialogOf(page).getByText(context, { exact: true }).click();
      await dialogOf(page).getByText(shown).waitFor();
    }
    await picture(page, "console-chooser", { fullPage: false });
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(`is accessible, and fits narrow screens, ${colorScheme}`, async () => {
      const page = await open("", { colorScheme, viewport: { width: 320, height: 640 } });
      opened.mayFailToLoad();
      await page.getByRole("button", { name: "Switch …" }).click();
      await dialogOf(page).getByText("far-away").click();
      await dialogOf(page).getByRole("alert").waitFor();
      assert.deepEqual(await accessibilityProblems(page), []);
      assert.ok(Number(await page.evaluate("document.documentElement.scrollWidth")) <= 320);
      const box = (await dialogOf(page).boundingBox()) ?? assert.fail();
      assert.ok(box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));
    });
});
