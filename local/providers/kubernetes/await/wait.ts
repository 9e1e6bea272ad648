import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "../client";
import { Cancelled, messageOf, Unreachable } from "../errors";
import { describe, keyOf, type KubeObject } from "../objects";
import type { Awaiter, Progress } from "./awaiter";

const POLL_MS = 500;
const REASONS_MS = 5000;

export interface WaitOptions {
  client: ClusterClient;
  signal: AbortSignal;
  timeoutSeconds: number;
  status(message: string): void;
}

/** The object exists but is not ready: its last known form, and why. */
export class NotReady extends Error {
  override readonly name = "NotReady";
  constructor(
    readonly live: KubeObject,
    message: string,
  ) {
    super(message);
  }
}

/** Waits until an object is ready, saying how far it is; fails with the pods' own reasons. */
export async function waitUntilReady(
  start: KubeObject,
  awaiter: Awaiter,
  options: WaitOptions,
): Promise<KubeObject> {
  const { client, signal, timeoutSeconds } = options;
  const key = keyOf(start);
  const end = Date.now() + timeoutSeconds * 1000;
  const say = reportOnce(options.status);
  let live = start;
  let hint = "";
  let explainAt = Date.now() + REASONS_MS;
  for (;;) {
    const progress = await progressOf(live, awaiter, client);
    if (progress.state === "ready") {
      options.status("");
      return live;
    }
    const reasons = (): Promise<string[]> =>
      awaiter.reasons(live, client).catch((error: unknown) => [messageOf(error)]);
    const fail = async (what: string): Promise<never> => {
      throw new NotReady(live, [`${describe(key)} ${what}`, ...indented(await reasons())].join("\n"));
    };
    if (progress.state === "failed") await fail(progress.message);
    if (signal.aborted)
      throw new NotReady(
        live,
        `${describe(key)} was not ready yet when the run was cancelled: ${progress.message}.`,
      );
    if (Date.now() >= end) await fail(`is not ready after ${timeoutSeconds} s: ${progress.message}.`);
    if (Date.now() >= explainAt) {
      hint = (await reasons())[0]?.split("\n")[0] ?? "";
      explainAt = Date.now() + REASONS_MS;
    }
    say(hint ? `${progress.message}; ${hint}` : progress.message);
    await pause(signal);
    live = await latest(key, live, client);
  }
}

function indented(paragraphs: string[]): string[] {
  return paragraphs.flatMap((paragraph) => paragraph.split("\n")).map((line) => `    ${line}`);
}

async function progressOf(live: KubeObject, awaiter: Awaiter, client: ClusterClient): Promise<Progress> {
  try {
    return await awaiter.progress(live, client);
  } catch (error) {
    if (error instanceof Unreachable) return { state: "waiting", message: error.message };
    throw error;
  }
}

/** A server that restarts is no reason to give up; an object that somebody deletes is. */
async function latest(
  key: ReturnType<typeof keyOf>,
  live: KubeObject,
  client: ClusterClient,
): Promise<KubeObject> {
  try {
    const found = await client.get(key);
    if (!found)
      throw new NotReady(live, `${describe(key)} was deleted while it was waited for. Run the update again.`);
    return found;
  } catch (error) {
    if (error instanceof Unreachable) return live;
    throw error;
  }
}

/** Waits until an object is gone. */
export async function waitUntilGone(start: KubeObject, options: WaitOptions): Promise<void> {
  const key = keyOf(start);
  const uid = (object: KubeObject): unknown => (object.metadata as KubeObject).uid;
  const end = Date.now() + options.timeoutSeconds * 1000;
  const say = reportOnce(options.status);
  for (;;) {
    const live = await options.client.get(key);
    // An object of that name with another uid is a new one.
    if (!live || uid(live) !== uid(start)) break;
    const why = remaining(live);
    if (options.signal.aborted)
      throw new Cancelled(`${describe(key)} was not gone yet when the run was cancelled.`);
    if (Date.now() >= end) {
      throw new Error(
        `${describe(key)} is still there after ${options.timeoutSeconds} s${why && `: ${why}`}. Look at what holds it, then run again.`,
      );
    }
    say(why || "waiting until it is gone");
    await pause(options.signal);
  }
  options.status("");
}

/** What a terminating object still waits for. */
function remaining(live: KubeObject): string {
  const conditions = ((live.status as KubeObject | undefined)?.conditions ?? []) as KubeObject[];
  const blocking = conditions.filter(
    (item) => /Remaining|Failure/.test(String(item.type)) && item.status === "True",
  );
  if (blocking.length > 0) return blocking.map((item) => String(item.message)).join("; ");
  const finalizers = ((live.metadata as KubeObject).finalizers ?? []) as string[];
  const held = finalizers.filter((name) => name !== "foregroundDeletion");
  if (held.length > 0) return `held by ${held.join(", ")}`;
  return finalizers.length > 0 ? "waiting for the objects that it owns" : "";
}

function reportOnce(status: (message: string) => void): (message: string) => void {
  let last = "";
  return (message) => {
    if (message !== last) status(message);
    last = message;
  };
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
}
