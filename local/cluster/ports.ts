import { createServer } from "node:net";
import { join } from "node:path";
import { UserError } from "../../operate/errors";
import { cacheDir } from "../paths";
import type { Report } from "../report";
import { withLock } from "../toolchain/lock";

const TRIES = 100;

/**
 * Runs `work`, which chooses ports and networks and creates what uses them, for one cluster at a time: until Docker has
 * them, two clusters would choose the same.
 */
export function withAddresses<T>(report: Report, work: () => Promise<T>): Promise<T> {
  return withLock(join(cacheDir(), "addresses"), "starting a cluster", report, work);
}

/** Returns the preferred port, or the next one that is neither reserved nor in use on loopback. */
export async function choosePort(
  preferred: number,
  reserved: ReadonlySet<number>,
  isFree: (port: number) => Promise<boolean> = isPortFree,
): Promise<number> {
  for (let port = preferred; port < preferred + TRIES; port++) {
    if (!reserved.has(port) && (await isFree(port))) return port;
  }
  throw new UserError(
    `No port from ${preferred} to ${preferred + TRIES - 1} is free on 127.0.0.1. List the processes that use them: ss -ltnp`,
  );
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
