import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Events, Timeline } from "../verdict/events";
import type { Verdict } from "../verdict/verdict";
import { markdown } from "./markdown";
import { drawTimeline } from "./timeline";

export { junit, type Outcome } from "./junit";
export { summaryTable, verdictTable } from "./table";

/**
 * Writes report.md, verdict.json, and timeline.svg to `<folder>/<run>/`, and events.json, from which a report can be
 * created again. Returns that folder.
 */
export async function writeReport(
  folder: string,
  verdict: Verdict,
  events: Events,
  timeline: Timeline,
): Promise<string> {
  const own = join(folder, verdict.run);
  await mkdir(own, { recursive: true });
  const files = {
    "report.md": markdown(verdict, timeline),
    "verdict.json": `${JSON.stringify(verdict, undefined, 2)}\n`,
    "events.json": `${JSON.stringify({ timeline, ...events })}\n`,
    "timeline.svg": drawTimeline(verdict, events, timeline),
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(own, name), text)));
  return own;
}
