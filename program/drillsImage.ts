import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";

const REPOSITORY = resolve(__dirname, "..");
/** Folder of the image, relative to the program. */
const CONTEXT = "docker/drills";
/** Copied to the image as it is. The paths are those of the npm package, so that the command finds the guard's program. */
const PROGRAM = join(REPOSITORY, CONTEXT, "program");
const GUARD = "docker/worker/ha_celery/drill/guard.py";

/** Writes the command `ha-celery` with all its packages into the folder of its image, and returns the folder. */
export function drillsImageContext(): string {
  buildSync({
    absWorkingDir: REPOSITORY,
    entryPoints: ["operate/cli/main.ts"],
    outfile: join(PROGRAM, "dist/cli/ha-celery.js"),
    bundle: true,
    minify: true,
    platform: "node",
    target: "node22",
    logLevel: "warning",
  });
  cpSync(join(REPOSITORY, GUARD), join(PROGRAM, GUARD));
  return CONTEXT;
}
