import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../../local/paths";
import { openBrowser } from "./browser";
import { secondsUntil } from "./film";
import { addressIn } from "./printed";
import { recordDrill, stripOf } from "./recordDrill";

const [cluster = "local", scene = "node-off"] = process.argv.slice(2);
const PICTURE = "docs/images/console-drill.webp";

/** Records a drill that the page of a console starts on a local cluster, and writes a picture for the documentation. */
async function main(): Promise<void> {
  const words = ["console", `--cluster=${cluster}`, "--allow-changes", "--no-open"];
  const child = spawn(process.execPath, ["local/start.mts", "operate", ...words], {
    cwd: REPOSITORY,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const browser = await openBrowser();
  try {
    const { seen, scenes, verdict } = await recordDrill(browser, await addressIn(child), scene);
    const picture = await stripOf(browser, scenes);
    writeFileSync(join(REPOSITORY, PICTURE), picture);
    const shown = (view: "live" | "overview", of: "broker" | "node") => {
      const seconds = secondsUntil(seen, (each) => each[view][of]);
      return `${of} ${seconds === undefined ? "never" : `after ${seconds.toFixed(1)} s`}`;
    };
    console.log(`${verdict}\nshown as gone, after the fault:`);
    for (const view of ["live", "overview"] as const)
      console.log(`  ${view}: ${shown(view, "broker")}, ${shown(view, "node")}`);
    console.log(scenes.map(({ caption }) => `  ${caption}`).join("\n"));
    console.log(`wrote ${PICTURE}, ${picture.length} bytes`);
  } finally {
    await browser.close();
    child.kill("SIGINT");
    if (child.exitCode === null) await once(child, "exit");
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
