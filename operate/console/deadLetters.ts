import { createHash } from "node:crypto";
import type { AmqpSession } from "../amqp/connection";
import type { Cluster } from "../cluster/cluster";
import { findInstallation, type Installation, type InstallationFilter } from "../cluster/installation";
import { checkProtection, CONSOLE_FIX } from "../cluster/protection";
import { withDeadLetters } from "../deadLetters/access";
import { describeLetter, formatOutcome, groupLetters, nameOf } from "../deadLetters/format";
import { type DeadLetter, readLetter } from "../deadLetters/letter";
import { findLetter, readLetters } from "../deadLetters/list";
import { purge } from "../deadLetters/purge";
import { hasPassed, replay, type Replayed } from "../deadLetters/replay";
import { describeSelection, type Selection } from "../deadLetters/selection";
import { UserError } from "../errors";
import { CONTROLS, type Listing, type ReplayOutcome } from "./letters";
import type { Body, Change, Outcome, Query, Write } from "./routes";

/** More would not be read one by one. The groups count all. */
const MOST_LISTED = 500;

/** Uses the dead letters of the installation that is shown. */
export type UseLetters = <T>(
  use: (
    session: AmqpSession,
    installation: Pick<Installation, "namespace" | "name" | "protected">,
  ) => Promise<T>,
) => Promise<T>;

/** Connects for each use. One at a time, because whoever reads dead letters holds all of them. */
export function lettersOf(connect: () => Promise<Cluster>, filter: InstallationFilter): UseLetters {
  let last: Promise<unknown> = Promise.resolve();
  return (use) => {
    const turn = last.then(async () => {
      const cluster = await connect();
      const installation = await findInstallation(cluster, filter);
      return withDeadLetters(cluster, installation, (session) => use(session, installation));
    });
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** What the page reads. Each request reads all dead letters, which hides them from other clients meanwhile. */
export const letterQueries = (letters: UseLetters): Readonly<Record<string, Query>> => ({
  "dead-letters": (parameters) =>
    letters(async (session) => listing(await readLetters(session, selectionOf(parameters.get("selection"))))),
  "dead-letter": (parameters) =>
    letters(async (session) => {
      const id = parameters.get("id") ?? "";
      const message = await findLetter(session, id);
      if (!message) throw new UserError(`No dead letter has the id ${id} anymore.`);
      const letter = readLetter(message);
      return {
        ...describeLetter(message),
        at: Date.now(),
        expired: expiredOf([letter]),
        seen: fingerprintOf([letter]),
      };
    }),
});

function listing({ letters, total }: { letters: readonly DeadLetter[]; total: number }): Listing {
  return {
    at: Date.now(),
    total,
    selected: letters.length,
    expired: expiredOf(letters),
    groups: groupLetters(letters),
    letters: letters.slice(0, MOST_LISTED),
    seen: fingerprintOf(letters),
  };
}

const expiredOf = (letters: readonly DeadLetter[]): number =>
  letters.filter(({ expires }) => expires !== undefined && hasPassed(expires, Date.now())).length;

/** Options of a console that decide about changes. */
export interface WriteOptions {
  readonly context: string;
  readonly allowProtected: boolean;
}

/** What the page can change. */
export const letterWrites = (
  letters: UseLetters,
  { context, allowProtected }: WriteOptions,
): Readonly<Record<string, Write>> => ({
  "dead-letters/replay": async (body): Promise<Change> => {
    const request = requestOf(body);
    const { to, ignoreExpires } = body;
    return {
      what: `replay ${request.text}`,
      consent: String(request.count),
      run: () =>
        letters(async (session): Promise<ReplayOutcome> => {
          await checkSeen(session, request);
          const queue = typeof to === "string" && to !== "" ? to : undefined;
          const result = await replay(session, {
            selection: request.selection,
            controls: { to: `“${CONTROLS.to}”`, ignoreExpires: `check “${CONTROLS.ignoreExpires}”` },
            most: request.count,
            to: queue,
            ignoreExpires: ignoreExpires === true,
          });
          const kept = result.kept.map(({ letter: { id, task }, why }) => ({ id, task, why }));
          return { text: outcomeOf(result, request, queue), replayed: result.replayed.length, kept };
        }),
    };
  },
  "dead-letters/purge": async (body): Promise<Change> => {
    const request = requestOf(body);
    return {
      what: `purge ${request.text}`,
      consent: context,
      run: () =>
        letters(async (session, installation): Promise<Outcome> => {
          checkProtection(installation, { allowProtected }, "a purge deletes tasks for good", CONSOLE_FIX);
          const [first] = await checkSeen(session, request);
          const removed = await purge(session, request.selection, request.count);
          if (request.count === 1 && removed === 1 && first)
            return { text: `deleted ${nameOf(first)} of queue ${first.queue ?? "unknown"} for good` };
          return { text: `${removed} dead ${removed === 1 ? "letter" : "letters"} deleted for good` };
        }),
    };
  },
});

/** One letter is named, because its name is gone from the page's list. */
function outcomeOf(result: Replayed, { count }: LettersRequest, to: string | undefined): string {
  const [letter] = result.replayed;
  if (count > 1) return formatOutcome(result);
  return letter
    ? `replayed ${nameOf(letter)} to queue ${to ?? letter.queue}`
    : "the dead letter was not replayed";
}

/** Dead letters that the user has seen, and wants to change. */
interface LettersRequest {
  readonly selection: Selection;
  readonly count: number;
  readonly seen: string;
  readonly text: string;
}

function requestOf({ selection: selected, count, seen, at }: Body): LettersRequest {
  const isComplete = Number.isInteger(count) && Number(count) > 0 && typeof seen === "string";
  if (!isComplete || typeof at !== "number" || typeof count !== "number")
    throw new UserError("Say which dead letters: selection, count, seen, and at of the list.");
  const { olderThan, newerThan, ...others } = selectionOf(JSON.stringify(selected));
  // Ages are meant as of the time of the list.
  const since = Math.max(0, Date.now() - at) / 1000;
  const selection = {
    ...others,
    olderThan: olderThan && olderThan + since,
    newerThan: newerThan && newerThan + since,
  };
  const which = describeSelection({ ...others, olderThan, newerThan });
  const text = `${count} dead ${count === 1 ? "letter" : "letters"} (${which})`;
  return { selection, count, seen, text };
}

/**
 * Refuses a change of other dead letters than those that were on the screen, and returns those. Newer ones are left
 * alone.
 */
async function checkSeen(
  session: AmqpSession,
  { selection, count, seen }: LettersRequest,
): Promise<readonly DeadLetter[]> {
  const { letters } = await readLetters(session, selection);
  const same = letters.slice(0, count);
  if (same.length < count || fingerprintOf(same) !== seen)
    throw new UserError("The dead letters have changed since you read them. Read them again.");
  return same;
}

const fingerprintOf = (letters: readonly DeadLetter[]): string =>
  createHash("sha256")
    .update(JSON.stringify(letters.map(({ id, diedAt, deaths }) => [id, diedAt, deaths])))
    .digest("hex");

/** Reads a selection in JSON. Ignores what is no condition. */
function selectionOf(json: string | null): Selection {
  const given: unknown = JSON.parse(json ?? "{}");
  const { id, task, queue, reason, olderThan, newerThan } = given as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const seconds = (value: unknown) => (typeof value === "number" ? value : undefined);
  return {
    id: text(id),
    task: text(task),
    queue: text(queue),
    reason: text(reason),
    olderThan: seconds(olderThan),
    newerThan: seconds(newerThan),
  };
}
