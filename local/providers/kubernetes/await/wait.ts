import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "../client";
import { messageOf } from "../../../../operate/errors";
import { Canceled, Unreachable } from "../errors";
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

/** The object exists but is not ready. */
export class NotReady extends Error {
  override readonly name = "NotReady";
  constructor(
    /** The object as last read. */
    readonly live: KubeObject,
    message: string,
  ) {
    super(message);
  }
}

/** Waits until an object is ready, and reports its progress. The error contains the reasons from its pods. */
export async function waitUntilReady(
  start: KubeObject,
  awaiter: Awaiter,
  options: WaitOptions,
): Promise<KubeObject> {
  const { client, signal, timeoutSeconds } = options;
  const key = keyOf(start);
  const end = Date.now() + timeoutSeconds * 1000;
  const report = reportOnce(options.status);
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
        `${describe(key)} was not ready yet when the run was canceled: ${progress.message}.`,
      );
    if (Date.now() >= end) await fail(`is not ready after ${timeoutSeconds} s: ${progress.message}.`);
    if (Date.now() >= explainAt) {
      hint = (await reasons())[0]?.split("\n")[0] ?? "";
      explainAt = Date.now() + REASONS_MS;
    }
    report(hint ? `${progress.message}; ${hint}` : progress.message);
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

/**
 * Reads the object again. Ignores an unreachable server, which may be restarting, but fails if the object was
 * deleted.
 */
async function latest(
  key: ReturnType<typeof keyOf>,
  live: KubeObject,
  client: ClusterClient,
): Promise<KubeObject> {
  try {
    const found = await client.get(key);
    if (!found)
      throw new NotReady(live, `${describe(key)} was deleted before it was ready. Repeat the update.`);
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
  const report = reportOnce(options.status);
  for (;;) {
    const live = await options.client.get(key);
    // An object with another uid is a new object of the same name.
    if (!live || uid(live) !== uid(start)) break;
    const why = deletionBlocker(live);
    if (options.signal.aborted)
      throw new Canceled(`${describe(key)} was not deleted yet when the run was canceled.`);
    if (Date.now() >= end) {
      throw new Error(
        `${describe(key)} still exists after ${options.timeoutSeconds} s${why && `: ${why}`}. Find out what blocks its deletion (kubectl describe), then run the command again.`,
      );
    }
    report(why || "waiting for the deletion");
    await pause(options.signal);
  }
  options.status("");
}

/** Returns what blocks the deletion of an object. */
function deletionBlocker(live: KubeObject): string {
  const conditions = ((live.status as KubeObject | undefined)?.conditions ?? []) as KubeObject[];
  const blocking = conditions.filter(
    (item) => /Remaining|Failure/.test(String(item.type)) && item.status === "True",
  );
  if (blocking.length > 0) return blocking.map((item) => String(item.message)).join("; ");
  const finalizers = ((live.metadata as KubeObject).finalizers ?? []) as string[];
  const others = finalizers.filter((name) => name !== "foregroundDeletion");
  if (others.length > 0) return `blocked by finalizers: ${others.join(", ")}`;
  return finalizers.length > 0 ? "waiting for its dependents" : "";
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
