import { join } from "node:path";
import { configurationPage } from "./configuration";
import { readLibrary } from "./library";

const DOCS = join(__dirname, "..", "docs", "reference");

/** A generated page of docs/reference/. */
export interface Page {
  path: string;
  text: string;
}

/** All generated pages with their current content. */
export async function pages(): Promise<Page[]> {
  const library = await readLibrary();
  return [
    { path: join(DOCS, "components.md"), text: library.page },
    { path: join(DOCS, "configuration.md"), text: configurationPage(library) },
  ];
}
