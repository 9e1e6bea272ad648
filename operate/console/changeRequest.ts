import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { messageOf, UserError } from "../errors";
import type { Body, Outcome, Write } from "./routes";

/** A request that is refused, and its HTTP status. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** No change needs more than a few names. */
const MOST_BYTES = 64_000;

/**
 * Refuses a request that another page could have sent. The address alone is not enough for a change, because it stays
 * in the browser's history.
 */
export function checkSender({ headers }: IncomingMessage, token: string): void {
  if (headers.origin !== `http://${headers.host}`) throw new Refusal(403, "Unknown origin.");
  if (![undefined, "same-origin"].includes(headers["sec-fetch-site"] as string | undefined))
    throw new Refusal(403, "Only the page of this console may ask for changes.");
  const [expected, actual] = [Buffer.from(token), Buffer.from(String(headers["x-csrf-token"] ?? ""))];
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual))
    throw new Refusal(403, "The page is of another console. Reload it.");
  if (!/^application\/json(;|$)/.test(headers["content-type"] ?? ""))
    throw new Refusal(415, "A change is JSON.");
}

/** Reads the JSON object that a request consists of. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  // Before the body, because a request that is not read to its end gets no answer.
  if (!(Number(request.headers["content-length"]) <= MOST_BYTES))
    throw new Refusal(413, `The request has no length, or more than ${MOST_BYTES} bytes.`);
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Body;
  } catch {
    // Refused below.
  }
  throw new Refusal(400, "The request is not a JSON object.");
}

/** Does what the request asks for if the user has typed the consent, and prints it. */
export async function change(
  write: Write,
  body: Body,
  print: (line: string) => void = () => undefined,
): Promise<Outcome> {
  const { what, consent, run } = await write(body);
  if (typeof body.consent !== "string" || body.consent.trim() !== consent)
    throw new UserError(`Not confirmed: type ${consent}. Nothing was changed.`);
  print(what);
  try {
    const outcome = await run();
    print(outcome.text);
    return outcome;
  } catch (error) {
    print(`${what}: failed: ${messageOf(error)}`);
    throw error;
  }
}
