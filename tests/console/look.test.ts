import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { BrowserContextOptions, Page } from "playwright-core";
import { NOTHING, type Past } from "../../operate/console/past";
import { REPOSITORY } from "../../local/paths";
import { accessibilityProblems } from "./axe";
import { hasCount, openPages } from "./browser";
import { BROKEN, HEALTHY, SILENT_BROKERS } from "./installations";
import { picture } from "./pictures";
import { broken, failed, nodeLost, nodeOff, quiet } from "./recordings";
import { MEASURED, tasksQuery } from "./taskRecordings";

const SITE = join(REPOSITORY, "operate/console/site");
const LARGEST_COMPRESSED = 200_000;
const REFUSED = "The status cannot be read: connect ECONNREFUSED 10.0.0.1:443";

describe("the look of the console", function () {
  this.timeout(60_000);
  const pages = openPages();

  async function open(past: Past, view = "", options: BrowserContextOptions = {}): Promise<Page> {
    return (await pages.show(past, options, view)).page;
  }

  for (const colorScheme of ["light", "dark"] as const)
    it(`has no accessibility problem that axe finds, ${colorScheme}`, async function () {
      this.timeout(180_000); // Most of it is work of the browser.
      const states: [Past, string][] = [
        [quiet(), ""],
        [nodeLost(), ""],
        [broken(SILENT_BROKERS), ""],
        [broken(BROKEN["full dead letters"] ?? HEALTHY), "#queues/dead-letters"],
        [nodeLost(), "#queues"],
        [nodeOff(), "#changes"],
        [failed(quiet(), 0, REFUSED), ""],
        [NOTHING, ""],
      ];
      for (const [past, view] of states) {
        const page = await open(past, view, { colorScheme });
        assert.deepEqual(await accessibilityProblems(page), [], view);
        await pages.shown?.close();
      }
    });

  it("fits narrow screens", async () => {
    for (const view of ["", "#queues/orders", "#changes"]) {
      const page = await open(nodeLost(), view, { viewport: { width: 320, height: 640 } });
      const width = await page.evaluate("document.documentElement.scrollWidth");
      assert.ok(Number(width) <= 320, `${view}: ${width}`);
      await pages.shown?.close();
    }
  });

  it("shows all columns of its tables on a phone, each cell with its title", async () => {
    for (const [past, view] of [
      [quiet(), "#queues"],
      [quiet(MEASURED), "#tasks"],
    ] as const) {
      const shown = await pages.show(past, { viewport: { width: 360, height: 740 } }, view, {
        queries: { tasks: tasksQuery(MEASURED) },
      });
      const { page } = shown;
      await page.locator("tbody tr").first().waitFor();
      const [cells, cut, titles] = await page.evaluate<[number, number, number]>(`(() => {
        const cells = [...document.querySelectorAll("tbody th, tbody td")];
        return [
          cells.length,
          cells.filter((cell) => cell.getBoundingClientRect().right > 350 || cell.scrollWidth > cell.clientWidth).length,
          cells.filter((cell) => cell.dataset.title).length,
        ];
      })()`);
      assert.ok(cells > 20);
      assert.deepEqual([cut, titles], [0, cells], view);
      assert.deepEqual(await accessibilityProblems(page), []);
      await hasCount(page.getByRole("cell", { name: "130" }), view === "#queues" ? 1 : 0);
      await shown.close();
    }
  });

  it("asks nobody but its own server", async () => {
    const page = await open(NOTHING);
    const origin = new URL(page.url()).origin;
    const foreign: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
        foreign.push(request.url());
    });
    await page.reload();
    await page.getByText("Reading the installation").waitFor();
    assert.deepEqual(foreign, []);
  });

  it("makes the screenshots of the documentation", async () => {
    const shots: [string, Past, string, "light" | "dark"][] = [
      ["console-overview", nodeLost(), "", "light"],
      ["console-overview-dark", nodeLost(), "", "dark"],
      ["console-changes", nodeOff(), "#changes", "light"],
    ];
    for (const [name, past, view, colorScheme] of shots) {
      const page = await open(past, view, { colorScheme, viewport: { width: 1200, height: 800 } });
      await page.locator(".place, .changes").first().waitFor();
      await picture(page, name);
      await pages.shown?.close();
    }
  });

  it("is small", () => {
    const sizes = ["index.html", "app.js", "app.css"].map(
      (file) => gzipSync(readFileSync(join(SITE, file))).length,
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total < LARGEST_COMPRESSED, `${total} bytes`);
  });
});
