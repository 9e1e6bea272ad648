import { writeFileSync } from "node:fs";
import { pages } from "./pages";

/** `npm run docs`: writes the generated pages of docs/. */
async function main(): Promise<void> {
  for (const { path, text } of await pages()) {
    writeFileSync(path, text);
    console.log(`wrote ${path}`);
  }
}

void main();
