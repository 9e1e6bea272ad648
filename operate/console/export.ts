import { type Known, oneFile } from "./embedded";
import type { Document } from "./routes";
import type { Site } from "./site";

/** Returns what the console knows as one HTML file, which opens without the console. */
export function exportOf(site: Site, known: Known, at = Date.now()): Document {
  const { past } = known;
  const { namespace, name } = past.last?.status ?? {};
  const time = new Date(at).toISOString().slice(0, 19).replace(/:/g, "");
  return {
    name: `${["ha-celery", namespace, name, time].filter((part) => part !== undefined).join("-")}Z.html`,
    type: "text/html; charset=utf-8",
    content: oneFile(site, { kind: "console", at, ...known }),
  };
}
