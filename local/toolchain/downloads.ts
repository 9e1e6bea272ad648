import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDir } from "../paths";

/** Source of the Pulumi CLI and of its install script, and of plugins whose GitHub release cannot be downloaded. */
const DOWNLOAD_SITE = "https://get.pulumi.com";
const PROBE_TIMEOUT_MS = 5_000;
const RETRY_AFTER_MS = 24 * 3600 * 1000;

/** Timeout of one download. */
export const DOWNLOAD_TIMEOUT_SECONDS = 300;

/** Availability of official downloads. A failure is remembered for a day, so that repeated runs stay fast. */
export interface Downloads {
  /** Returns why downloads fail; undefined if they may succeed. */
  problem(): Promise<string | undefined>;
  remember(failure: string): void;
}

const failureFile = (): string => join(cacheDir(), "downloads-failed.json");

export const pulumiDownloads: Downloads = {
  async problem() {
    const failure = lastFailure();
    if (failure) return `${failure}; retried after a day, or when ${failureFile()} is deleted`;
    try {
      await fetch(DOWNLOAD_SITE, { method: "HEAD", signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
      rmSync(failureFile(), { force: true });
      return undefined;
    } catch (error) {
      const cause = ((error as Error).cause ?? error) as Error;
      const problem = `${DOWNLOAD_SITE} is unreachable (${cause.message})`;
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
