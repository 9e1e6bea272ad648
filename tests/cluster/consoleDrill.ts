import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../../local/paths";
import type { DrillRecord } from "../../operate/drill/record/record";
import { openBrowser } from "../console/browser";
import { ADDRESS } from "../console/printed";
import { recordDrill } from "../console/recordDrill";
import { operate } from "./machine";

const SCENE = "pod-delete";

/** A drill that the page of the console starts, for a describe block. It needs an installation that is up. */
export function consoleDrill(): void {
  before(() => {
    if (existsSync(join(REPOSITORY, "operate/console/site/app.js"))) return;
    execFileSync("npm", ["run", "--silent", "build:console"], { cwd: REPOSITORY });
  });

  it("starts with the consent, is shown live, loses no task, and is recorded", async () => {
    const running = operate("console", "--allow-changes", "--no-open");
    await running.until(ADDRESS);
    const browser = await openBrowser();
    try {
      const { seen, verdict } = await recordDrill(browser, ADDRESS.exec(running.output)?.[0] ?? "", SCENE);
      // No time limits, because the machine is busy.
      assert.match(verdict, new RegExp(`^${SCENE} (passed|FAILED): [\\d,]+ tasks confirmed, 0 lost`));
      assert.ok(
        seen.some(({ faultAt }) => faultAt !== undefined),
        "the page did not show the fault",
      );
    } finally {
      await browser.close();
      running.signal("SIGINT");
    }
    assert.equal((await running.ended).code, 0);
    assert.match(running.output, new RegExp(`drill ${SCENE}-\\d+ has begun`));
    const { output } = await operate("drill", "history", "--json").ended;
    const line = output.split("\n").find((each) => each.startsWith("["));
    assert.equal((JSON.parse(line ?? "[]") as DrillRecord[]).at(-1)?.scene, SCENE);
  });
}
