import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../errors";

/** A file that the page consists of. */
export interface SiteFile {
  readonly type: string;
  readonly content: Buffer;
}

/** The files of the page by name; "" is the page itself. */
export type Site = ReadonlyMap<string, SiteFile>;

const FILES: readonly { readonly name: string; readonly file: string; readonly type: string }[] = [
  { name: "", file: "index.html", type: "text/html; charset=utf-8" },
  { name: "app.js", file: "app.js", type: "text/javascript; charset=utf-8" },
  { name: "app.css", file: "app.css", type: "text/css; charset=utf-8" },
];

/** Reads the page that `npm run build` has bundled. */
export function readSite(folder = join(__dirname, "site")): Site {
  try {
    return new Map(
      FILES.map(({ name, file, type }) => [name, { type, content: readFileSync(join(folder, file)) }]),
    );
  } catch {
    throw new UsageError(`The console's page is missing in ${folder}. Build it: npm run build:console`);
  }
}
