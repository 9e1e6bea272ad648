import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { oneFile, pageWith } from "../console/embedded";
import { openBrowser } from "../console/openBrowser";
import { serveConsole } from "../console/server";
import { readSite } from "../console/site";
import { readReports } from "../drill/report/read";
import { messageOf, UsageError } from "../errors";
import { untilInterrupted } from "../interrupt";
import { addServerOptions, type ServerOptions } from "./serverOptions";

interface ReportOptions extends ServerOptions {
  readonly export?: string;
}

/** Adds `ha-celery report`. */
export function reportCommand(program: Command): void {
  const command = program
    .command("report")
    .description("show what `drill --report` has written in the browser, or export it as one HTML file")
    .argument("<folder>", "folder of one drill, or of --report with several")
    .option("--export <file>", "write one HTML file that needs no server and no network, for a post-mortem");
  addServerOptions(command).action(report);
}

async function report(folder: string, options: ReportOptions): Promise<void> {
  const site = readSite();
  const data = { kind: "reports", reports: await readReports(folder) } as const;
  if (options.export !== undefined) {
    await write(options.export, oneFile(site, data));
    return console.log(`wrote ${options.export}`);
  }
  const page = { type: "text/html; charset=utf-8", content: Buffer.from(pageWith(site, data)) };
  const running = await serveConsole({}, new Map([...site, ["", page]]), { port: options.port });
  const runs = data.reports.map(({ verdict }) => verdict.run);
  console.log(`Report of ${runs.join(", ")}:\n\n  ${running.url}\n\nPress Ctrl-C to stop.`);
  if (options.open) openBrowser(running.url);
  await untilInterrupted("Stopping");
  await running.close();
}

async function write(file: string, content: string): Promise<void> {
  await writeFile(file, content).catch((error: unknown) => {
    throw new UsageError(`${file} cannot be written: ${messageOf(error)}. Name another file: --export FILE`);
  });
}
