import { readFileSync } from "node:fs";

/** Returns the version of the official provider's npm package, which is the version that the program requests. */
export function packageVersion(name: string): string {
  const file = require.resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
