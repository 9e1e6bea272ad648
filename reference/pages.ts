import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { configurationPage } from "./configuration";
import { readLibrary } from "./library";

const DOCS = join(__dirname, "..", "docs");

/** A page of docs/ that is made of the code. */
export interface Page {
  path: string;
  text: string;
}

/** Every such page as it ought to be. */
export async function pages(): Promise<Page[]> {
  const library = await readLibrary();
  return Promise.all([
    page("components.md", library.page),
    page("configuration.md", configurationPage(library)),
  ]);
}

async function page(name: string, text: string): Promise<Page> {
  const path = join(DOCS, name);
  return { path, text: await format(text, { ...(await resolveConfig(path)), filepath: path }) };
}
