import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { localName } from "../../local/paths";
import { parseMetrics } from "../../operate/cluster/metrics";
import { letterQueries, lettersOf, letterWrites } from "../../operate/console/deadLetters";
import { TaskWindow } from "../../operate/tasks/window";
import { openBrowser, type Shown, show } from "../console/browser";
import { change, statusOf } from "../console/installations";
import { NOW, quiet } from "../console/recordings";
import { MEASURED, tasksQuery } from "../console/taskRecordings";
import { clusterOf } from "./containerInstallation";
import { LettersBroker, until } from "./lettersBroker";

const WORK = "publishing_app.work";
/** The nodes and queues around the dead letters are recorded. */
const AROUND = change(MEASURED, { context: "containers" });

describe("dead letters in the console, with a real broker, a real worker, and a real browser", () => {
  const broker = new LettersBroker(localName("console", "broker"));
  const window = new TaskWindow();
  let browser: Browser;
  let shown: Shown;
  let page: Page;

  before(async () => {
    await broker.start(["mail"]);
    writeFileSync(
      join(broker.folder, "other_app.py"),
      'from ha_celery import create_app\napp = create_app("other")\n',
    );
    // A worker of another version does not know the task.
    const stop = await broker.worker("mail", "other_app");
    await broker.publish(`
for number in range(3): app.send_task("${WORK}", (f"mail {number}",), task_id=f"w-{number}", queue="mail")
app.send_task("publishing_app.unknown", (1,), {"to": "x"}, task_id="unknown", queue="mail")
`);
    const reader = await broker.channel("dead-letters");
    await until("all are dead", async () => (await reader.checkQueue("dead-letters")).messageCount === 4);
    await stop();
    browser = await openBrowser();
    const letters = lettersOf(async () => clusterOf(broker.installation), {});
    shown = await show(browser, quiet(AROUND), {}, "#dead-letters", {
      queries: { ...letterQueries(letters), tasks: tasksQuery(AROUND, window) },
      writes: letterWrites(letters, { context: "containers", allowProtected: false }),
    });
    ({ page } = shown);
    page.setDefaultTimeout(120_000);
  });
  after(async () => {
    await shown.close();
    await browser.close();
    await broker.stop();
  });

  it("are found and looked into", async () => {
    await page.getByRole("heading", { name: "4 dead letters" }).waitFor();
    await page.getByRole("link", { name: WORK }).first().click();
    await page.getByText("A worker refused it: it does not know the task").waitFor();
    assert.match(await page.getByRole("region", { name: "Body as text" }).innerText(), /"mail 0"/);
    await page.getByRole("link", { name: "All dead letters" }).click();
  });

  it("run under their ids when they are replayed, and are counted", async () => {
    const port = await freePort();
    process.env.HA_CELERY_METRICS_PORT = String(port);
    await broker.worker("mail").finally(() => delete process.env.HA_CELERY_METRICS_PORT);
    const read = async () => {
      const metrics = parseMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
      window.add(Date.now(), new Map([["mail", metrics]]));
    };
    await read();
    const filters = page.getByRole("group", { name: "Filters" });
    await filters
      .locator("select")
      .first()
      .selectOption({ label: `${WORK} (3)` });
    await page.getByRole("button", { name: "Replay these 3 …" }).click();
    await page.getByLabel("Type the number of dead letters").fill("3");
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await page.getByText("Replayed 3 of 3 selected dead letters, 1 were not selected").waitFor();
    await until("all have run", () => new Set(broker.ran).size === 3);
    assert.deepEqual([...new Set(broker.ran)].sort(), ["w-0", "w-1", "w-2"]);

    await until("all are counted", async () => {
      await read();
      return [...window.sinceStart().values()].some(({ values }) => values.get("succeeded") === 3);
    });
    await page.getByRole("navigation").getByRole("link", { name: "Tasks" }).click();
    shown.tell({ at: NOW + 5_000, status: statusOf(AROUND) });
    const row = page.locator(`tbody tr:has-text("${WORK}")`);
    await row.waitFor();
    assert.match(
      await row.innerText(),
      /publishing_app\.work\s+mail\s+3\s+[\d.]+\/s\s+0\s+0\s+[\d.]+ m?s · /,
    );
  });

  it("are purged with the name of the context", async () => {
    await page.getByRole("navigation").getByRole("link", { name: "Dead letters" }).click();
    await page.getByRole("button", { name: "Purge this dead letter …" }).click();
    await page.getByLabel("Type the name of the context").fill("containers");
    await page.getByRole("button", { name: "Purge", exact: true }).click();
    await page.getByText(/Deleted .+ of queue .+ for good/).waitFor();
    await page.getByRole("heading", { name: "No dead letters" }).waitFor();
    assert.deepEqual(shown.errors, []);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
