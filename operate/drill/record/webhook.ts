import { messageOf } from "../../errors";
import { wait } from "../../waiting";
import type { Installation } from "../../cluster/installation";
import { type DrillRecord, sentenceOf } from "./record";

const ATTEMPTS = 3;
const PAUSE_SECONDS = 5;
const TIMEOUT_MS = 10_000;

/** Sends the record to a URL, as JSON. `text` is the sentence that chat systems show. */
export async function postWebhook(
  url: string,
  owner: Pick<Installation, "namespace" | "name">,
  record: DrillRecord,
  pauseSeconds = PAUSE_SECONDS,
): Promise<void> {
  const { namespace, name } = owner;
  const body = JSON.stringify({ text: sentenceOf(owner, record), namespace, name, ...record });
  for (let attempt = 1; ; attempt++) {
    try {
      return await post(url, body);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await wait(pauseSeconds);
    }
  }
}

/** Errors name the host only, because the path of a webhook is often its password. */
async function post(url: string, body: string): Promise<void> {
  const { host } = new URL(url);
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    throw new Error(`${host} does not answer: ${messageOf(cause)}`);
  });
  if (!response.ok) throw new Error(`${host} answered ${response.status} ${response.statusText}`.trim());
}
