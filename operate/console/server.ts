import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { apiMessageOf } from "../cluster/objects";
import { UsageError, UserError } from "../errors";
import { change, checkSender, readBody, Refusal } from "./changeRequest";
import type { Document, Routes, RoutesFor, Session, Source } from "./routes";
import type { Site } from "./site";

/** A console that runs. */
export interface Console {
  /** Includes the token, so it opens the page. */
  readonly url: string;
  /** Ends all connections. */
  close(): Promise<void>;
}

interface ServerOptions {
  /** @default any free port */
  readonly port?: number;
}

const LOOPBACK = "127.0.0.1";
/** A tab that is this many bytes behind sleeps. It is disconnected, and gets everything when it connects again. */
const MOST_BUFFERED = 4_000_000;

const HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Serves the page on loopback. Every path begins with a random token; there is nothing to see without it. */
export async function serveConsole(
  served: Routes | RoutesFor,
  site: Site,
  { port = 0 }: ServerOptions = {},
): Promise<Console> {
  const [token, changeToken] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
  const routesFor = typeof served === "function" ? served : () => served;
  const server = createServer();
  await listen(server, port);
  const bound = (server.address() as AddressInfo).port;
  const hosts = [`${LOOPBACK}:${bound}`, `localhost:${bound}`];
  server.on("request", (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    answer(request, response).catch((error: unknown) => {
      if (error instanceof Refusal) return refuse(response, error.status, error.message);
      // 422: the request was understood, and what it asks for cannot be done.
      refuse(response, error instanceof UserError ? 422 : 502, apiMessageOf(error));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Another name that resolves to loopback belongs to a page of somebody else (DNS rebinding).
    if (!hosts.includes(request.headers.host ?? "")) throw new Refusal(403, "Unknown host.");
    const [path, parameters] = pathAfter(token, request.url ?? "");
    if (path === undefined) missing();
    const file = request.method === "GET" && site.get(path);
    if (file) return void response.setHeader("Content-Type", file.type).end(file.content);
    const routes = routesFor(parameters);
    if (request.method === "POST" && routes.writes) {
      checkSender(request, changeToken);
      const write = own(routes.writes, path) ?? missing();
      return json(response, await change(write, await readBody(request), routes.print));
    }
    if (request.method !== "GET") {
      response.setHeader("Allow", "GET");
      throw new Refusal(405, "The console only reads.");
    }
    if (path === "status" && routes.source)
      return stream({ source: routes.source, feeds: routes.feeds }, request, response);
    if (path === "session")
      return json(response, (routes.writes ? { token: changeToken } : {}) satisfies Session);
    const query = own(routes.queries, path);
    if (query) return json(response, await query(parameters));
    save(response, (await own(routes.documents, path)?.()) ?? missing());
  }

  return {
    url: `http://${LOOPBACK}:${bound}/${token}/`,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, LOOPBACK);
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE" && error.code !== "EACCES") throw error;
    const reason = error.code === "EACCES" ? "requires more rights" : "is in use by another program";
    throw new UsageError(
      `Port ${port} ${reason}. Choose another one, or omit --port to use any that is free.`,
    );
  });
}

/** Returns the path below the token, and what is after it. The path is undefined if the token is wrong. */
function pathAfter(token: string, url: string): [string | undefined, URLSearchParams] {
  const [address = "", parameters] = url.split("?", 2);
  const [, given = "", ...path] = address.split("/");
  const [expected, actual] = [Buffer.from(token), Buffer.from(given)];
  const isRight = expected.length === actual.length && timingSafeEqual(expected, actual);
  // Without the slash, the page would look for its files beside the token.
  return [isRight && path.length > 0 ? path.join("/") : undefined, new URLSearchParams(parameters)];
}

const own = <T>(routes: Readonly<Record<string, T>> = {}, path: string): T | undefined =>
  Object.hasOwn(routes, path) ? routes[path] : undefined;

function missing(): never {
  throw new Refusal(404, "Open the address that the command printed.");
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader("Content-Type", "application/json").end(JSON.stringify(value));
}

function save(response: ServerResponse, { name, type, content }: Document): void {
  response
    .setHeader("Content-Type", type)
    .setHeader("Content-Disposition", `attachment; filename="${name}"`)
    .end(content);
}

/** Sends everything that is known, then each observation and each new value, until the tab closes. */
function stream(
  { source, feeds = {} }: { source: Source; feeds: Routes["feeds"] },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  let most = Infinity; // the history may be of any size
  const send = (event: string, data: unknown) => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (response.writableLength > most) response.destroy();
  };
  response.setHeader("Content-Type", "text/event-stream");
  response.write("retry: 2000\n\n");
  send("past", source.known);
  const stops = [
    source.listen((observation) => send("observation", observation)),
    ...Object.entries(feeds).map(([event, feed]) => {
      send(event, feed.known);
      return feed.listen((value) => send(event, value));
    }),
  ];
  most = response.writableLength + MOST_BUFFERED;
  const stop = () => stops.forEach((each) => each());
  request.on("close", stop);
  response.on("close", stop);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "text/plain; charset=utf-8").end(`${text}\n`);
}
