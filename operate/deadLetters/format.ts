import type { Message } from "amqplib";
import { extent, group } from "d3-array";
import { shorten } from "../shorten";
import { newTable } from "../table";
import { type DeadLetter, headersOf, readLetter } from "./letter";
import type { Replayed } from "./replay";

const ARGUMENTS = 40;
/** Refusals that are listed one by one. */
const LISTED = 20;

/** As programs get it: with the time in ISO 8601. */
export const toJson = ({ diedAt, ...letter }: DeadLetter): object => ({
  ...letter,
  diedAt: diedAt === undefined ? undefined : new Date(diedAt).toISOString(),
});

export function formatLetters(letters: readonly DeadLetter[]): string {
  const table = newTable({ head: ["id", "task", "arguments", "reason", "queue", "died (UTC)", "deaths"] });
  for (const letter of letters)
    table.push([
      letter.id ?? "none",
      letter.task ?? "unknown",
      shorten(argumentsOf(letter), ARGUMENTS),
      letter.reason ?? "unknown",
      letter.queue ?? "unknown",
      timeOf(letter.diedAt),
      letter.replays > 0 ? `${letter.deaths}, replayed ${letter.replays}` : letter.deaths,
    ]);
  return table.toString();
}

/** Dead letters of the same task, queue, and reason. */
export interface Group extends Pick<DeadLetter, "task" | "queue" | "reason"> {
  readonly count: number;
  readonly first?: number;
  readonly last?: number;
}

/** The largest group first. */
export function groupLetters(letters: readonly DeadLetter[]): Group[] {
  const groups = group(letters, ({ task, queue, reason }) => JSON.stringify([task, queue, reason]));
  return [...groups.values()]
    .map((members) => {
      const [first, last] = extent(members, ({ diedAt }) => diedAt);
      const { task, queue, reason } = members[0] ?? {};
      return { task, queue, reason, count: members.length, first, last };
    })
    .sort((one, other) => other.count - one.count);
}

export function formatGroups(groups: readonly Group[]): string {
  const table = newTable({
    head: ["count", "task", "reason", "queue", "first died (UTC)", "last died (UTC)"],
  });
  for (const { count, task = "unknown", reason = "unknown", queue = "unknown", first, last } of groups)
    table.push([count, task, reason, queue, timeOf(first), timeOf(last)]);
  return table.toString();
}

/** Everything about one dead letter. */
export function describeLetter(message: Message): object {
  const { properties, fields, content } = message;
  return {
    ...toJson(readLetter(message)),
    routingKey: fields.routingKey,
    properties: Object.fromEntries(
      Object.entries(properties).filter(([name, value]) => name !== "headers" && value !== undefined),
    ),
    headers: headersOf(message),
    body: bodyOf(content, properties.contentType),
  };
}

function bodyOf(content: Buffer, contentType: unknown): unknown {
  try {
    if (contentType === "application/json") return JSON.parse(content.toString());
  } catch {
    // It is shown as it is.
  }
  return { base64: content.toString("base64") };
}

export function formatReplayed(result: Replayed, dryRun: boolean): string {
  const { kept } = result;
  const listed = kept.slice(0, LISTED).map(({ letter, why }) => `stays: ${nameOf(letter)}: ${why}`);
  const more = kept.length - listed.length;
  return [
    ...listed,
    ...(more > 0 ? [`stays: ${more} more for such reasons; --json lists all`] : []),
    formatOutcome(result, dryRun),
  ].join("\n");
}

/** What a replay did, in one line. */
export const formatOutcome = ({ replayed, kept, others }: Replayed, dryRun = false): string =>
  `${dryRun ? "would replay" : "replayed"} ${replayed.length} of ${replayed.length + kept.length} selected dead letters, ${others} were not selected`;

/** A task and its id, as Celery logs them. */
export const nameOf = ({ id = "no id", task = "unknown task" }: DeadLetter): string => `${task}[${id}]`;

const argumentsOf = ({ args = "", kwargs = "{}" }: DeadLetter): string =>
  kwargs === "{}" ? args : `${args} ${kwargs}`;

const timeOf = (milliseconds: number | undefined): string =>
  milliseconds === undefined
    ? "unknown"
    : new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
