import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The parts of ha-celery's package.json that commands read. */
interface OwnPackage {
  readonly version: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** Reads the package.json above this file, in the repository or as it is installed. */
export function ownPackage(folder = __dirname): OwnPackage | undefined {
  for (const up of ["..", "../.."])
    try {
      const read = JSON.parse(readFileSync(join(folder, up, "package.json"), "utf8")) as OwnPackage & {
        name: string;
      };
      if (read.name === "ha-celery") return read;
    } catch {
      continue;
    }
  return undefined;
}
