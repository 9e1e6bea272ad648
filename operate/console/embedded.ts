import { createHash } from "node:crypto";
import type { DrillReport } from "../drill/report/compact";
import type { EndedDrill } from "./drills";
import type { Past } from "./past";
import type { Site } from "./site";
import type { ExportedTasks } from "./tasks";

/** Data in a page that has no console to ask. */
export type Embedded =
  | { readonly kind: "reports"; readonly reports: readonly DrillReport[] }
  | ({
      readonly kind: "console";
      /** Time of the export, in milliseconds since 1970. */
      readonly at: number;
    } & Known);

/** What a console knows of an installation, and an export contains. */
export interface Known {
  readonly past: Past;
  readonly drills: readonly EndedDrill[];
  /** Undefined if no status has been read. */
  readonly tasks?: ExportedTasks;
}

/** The id of the element with the data. */
export const DATA_ID = "data";

const STYLE = '<link rel="stylesheet" href="app.css" />';
const SCRIPT = '<script type="module" src="app.js"></script>';

/** Returns the page with data in it. */
export const pageWith = (site: Site, data: Embedded): string =>
  replaced(textOf(site, ""), SCRIPT, `${dataElement(data)}\n    ${SCRIPT}`);

/** Returns the page with data as one file, which opens without a server and loads nothing. */
export function oneFile(site: Site, data: Embedded): string {
  const style = textOf(site, "app.css");
  const script = textOf(site, "app.js").replaceAll("</script", "<\\/script");
  const policy =
    `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:; ` +
    "base-uri 'none'; form-action 'none'";
  const page = replaced(
    textOf(site, ""),
    STYLE,
    `<meta http-equiv="Content-Security-Policy" content="${policy}" />\n    <style>${style}</style>`,
  );
  return replaced(page, SCRIPT, `${dataElement(data)}\n    <script type="module">${script}</script>`);
}

/** Without "<", nothing in the data ends its element. */
const dataElement = (data: Embedded): string =>
  `<script type="application/json" id="${DATA_ID}">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>`;

const hashOf = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;

const textOf = (site: Site, name: string): string => site.get(name)?.content.toString() ?? "";

function replaced(text: string, part: string, by: string): string {
  if (!text.includes(part)) throw new Error(`the page has no ${part}`);
  // A function, because "$" has a meaning in a replacement.
  return text.replace(part, () => by);
}
