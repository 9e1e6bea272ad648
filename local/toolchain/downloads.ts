import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDir } from "../paths";

/** Pulumi's CLI and the script that installs it come from here. Its plugins do too, when their releases on GitHub fail. */
const DOWNLOAD_SITE = "https://get.pulumi.com";
const PROBE_TIMEOUT_MS = 5_000;
const RETRY_AFTER_MS = 24 * 3600 * 1000;

/** How long a download may take where the site does answer. */
export const DOWNLOAD_TIMEOUT_SECONDS = 300;

/** Whether official downloads can be had; a no is remembered for a day, so that repeated runs stay quick. */
export interface Downloads {
  /** Why nothing can be downloaded; undefined when it can be tried. */
  problem(): Promise<string | undefined>;
  remember(failure: string): void;
}

const failureFile = (): string => join(cacheDir(), "downloads-failed.json");

export const pulumiDownloads: Downloads = {
  async problem() {
    const failure = lastFailure();
    if (failure) return `${failure}; asked again after a day, or once ${failureFile()} is removed`;
    try {
      await fetch(DOWNLOAD_SITE, { method: "HEAD", signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
      rmSync(failureFile(), { force: true });
      return undefined;
    } catch (error) {
      const cause = ((error as Error).cause ?? error) as Error;
      const problem = `${DOWNLOAD_SITE} is out of reach (${cause.message})`;
      this.remember(problem);
      return problem;
    }
  },
  remember(failure) {
    mkdirSync(dirname(failureFile()), { recursive: true });
    writeFileSync(failureFile(), JSON.stringify({ failure, at: Date.now() }));
  },
};

function lastFailure(): string | undefined {
  try {
    const { failure, at } = JSON.parse(readFileSync(failureFile(), "utf8")) as {
      failure: string;
      at: number;
    };
    return Date.now() - at < RETRY_AFTER_MS ? failure : undefined;
  } catch {
    return undefined;
  }
}
