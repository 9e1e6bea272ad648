import type { EndedDrill } from "./drills";
import { oneFile } from "./embedded";
import type { Past } from "./past";
import type { Document } from "./routes";
import type { Site } from "./site";

/** Returns what the console knows as one HTML file, which opens without the console. */
export function exportOf(
  site: Site,
  past: Past,
  drills: readonly EndedDrill[] = [],
  at = Date.now(),
): Document {
  const { namespace, name } = past.last?.status ?? {};
  const time = new Date(at).toISOString().slice(0, 19).replace(/:/g, "");
  return {
    name: `${["ha-celery", namespace, name, time].filter((part) => part !== undefined).join("-")}Z.html`,
    type: "text/html; charset=utf-8",
    content: oneFile(site, { kind: "console", at, past, drills }),
  };
}
