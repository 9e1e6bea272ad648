import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ownPackage } from "../ownPackage";

/** A package of Pulumi, such as the one of a provider, that a program has installed. */
export interface PulumiPackage {
  readonly name: string;
  readonly version: string;
  /** Versions that this release of ha-celery supports. */
  readonly range: string;
}

/** Finds the Pulumi program of a folder as Pulumi does, and returns its packages that ha-celery depends on. */
export function readPulumiPackages(folder: string): PulumiPackage[] {
  const program = programOf(folder);
  if (program === undefined) return [];
  const { resolve } = createRequire(join(program, "package.json"));
  return Object.entries(ownPackage()?.peerDependencies ?? {}).flatMap(([name, range]) => {
    try {
      const { version } = JSON.parse(readFileSync(resolve(`${name}/package.json`), "utf8")) as {
        version: string;
      };
      return [{ name, version, range }];
    } catch {
      return [];
    }
  });
}

function programOf(folder: string): string | undefined {
  if (["Pulumi.yaml", "Pulumi.yml"].some((file) => existsSync(join(folder, file)))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : programOf(parent);
}
