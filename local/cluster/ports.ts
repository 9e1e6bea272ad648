import { createServer } from "node:net";
import { UserError } from "../../operate/errors";

const TRIES = 100;

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
