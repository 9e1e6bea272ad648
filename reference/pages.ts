import { join } from "node:path";
import { configurationPage } from "./configuration";
import { readLibrary } from "./library";

const DOCS = join(__dirname, "..", "docs", "reference");

/** A page of docs/reference/ that is made of the code. */
export interface Page {
  path: string;
  text: string;
}

/** Every such page as it ought to be. */
export async function pages(): Promise<Page[]> {
  const library = await readLibrary();
  return [
    { path: join(DOCS, "components.md"), text: library.page },
    { path: join(DOCS, "configuration.md"), text: configurationPage(library) },
  ];
}
