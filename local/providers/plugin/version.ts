import { readFileSync } from "node:fs";

/** The version of the npm package whose provider we stand in for: what the program asks the engine for. */
export function packageVersion(name: string): string {
  const file = require.resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
