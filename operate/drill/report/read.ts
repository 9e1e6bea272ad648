import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, UsageError } from "../../errors";
import type { Events, Timeline } from "../verdict/events";
import type { Verdict } from "../verdict/verdict";
import { compact, type DrillReport } from "./compact";

const VERDICT = "verdict.json";

/** Reads the report in a folder that `writeReport` has written, or all reports below it, the newest first. */
export async function readReports(folder: string): Promise<[DrillReport, ...DrillReport[]]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new UsageError(`${folder} cannot be read: ${messageOf(error)}. Name a folder of --report.`);
  });
  if (entries.some(({ name }) => name === VERDICT)) return [await readReport(folder)];
  const folders = entries.filter((each) => each.isDirectory()).map(({ name }) => join(folder, name));
  const reports = await Promise.all(folders.map(readIfReport));
  const [first, ...others] = reports
    .filter((report) => report !== undefined)
    .sort((one, other) => other.timeline.loadFrom - one.timeline.loadFrom);
  if (first) return [first, ...others];
  throw new UsageError(
    `${folder} has no ${VERDICT}, and neither has a folder in it. Write a report first: npx ha-celery drill SCENE --report ${folder}`,
  );
}

/** Other folders may lie beside reports. */
async function readIfReport(folder: string): Promise<DrillReport | undefined> {
  return (await readdir(folder)).includes(VERDICT) ? readReport(folder) : undefined;
}

async function readReport(folder: string): Promise<DrillReport> {
  const [verdict, { timeline, ...events }] = await Promise.all([
    readJson<Verdict>(join(folder, VERDICT)),
    readJson<Events & { readonly timeline: Timeline }>(join(folder, "events.json")),
  ]);
  return compact(verdict, events, timeline);
}

async function readJson<T>(file: string): Promise<T> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as T;
  } catch (error) {
    throw new UsageError(
      `${file} cannot be read: ${messageOf(error)}. The report is incomplete; run the drill again with --report.`,
    );
  }
}
