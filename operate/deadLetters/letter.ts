import type { Message } from "amqplib";
import { DELAYED_QUEUES } from "../../components/shared/celery/contract";
import { withoutDelay } from "../amqp/delays";

/** A dead letter: what RabbitMQ and Celery wrote into its headers. What they did not write is undefined. */
export interface DeadLetter {
  readonly id?: string;
  /** Name of the task. */
  readonly task?: string;
  /** Arguments as Celery shortened them. */
  readonly args?: string;
  readonly kwargs?: string;
  /** Queue of the task, to which a replay publishes it. */
  readonly queue?: string;
  /** Why it died: `rejected`, `expired`, `delivery_limit`, or `maxlen`. */
  readonly reason?: string;
  /** Time of its last death, in milliseconds since 1970. */
  readonly diedAt?: number;
  /** How often it died. */
  readonly deaths: number;
  /** How often `ha-celery` has replayed it before. */
  readonly replays: number;
  /** Time after which workers no longer start the task. */
  readonly expires?: string;
  /** Size of its body. */
  readonly bytes: number;
}

/** Headers that a replay adds. */
export const REPLAY = { run: "ha-celery-replay", count: "ha-celery-replays" } as const;

type Table = Readonly<Record<string, unknown>>;

export const headersOf = ({ properties }: Message): Table => (properties.headers ?? {}) as Table;

export function readLetter(message: Message): DeadLetter {
  const headers = headersOf(message);
  const first = firstProtocol(message, headers);
  const deaths = deathsOf(headers);
  return {
    id: text(headers.id) ?? text(message.properties.correlationId) ?? text(first.id),
    task: text(headers.task) ?? text(first.task),
    args: text(headers.argsrepr) ?? json(first.args),
    kwargs: text(headers.kwargsrepr) ?? json(first.kwargs),
    queue: queueOf(message, headers, deaths),
    reason: text(headers["x-last-death-reason"]) ?? text(deaths[0]?.reason),
    diedAt: deaths.length > 0 ? Math.max(...deaths.map(timeOf)) : undefined,
    deaths: deaths.reduce((sum, { count }) => sum + (typeof count === "number" ? count : 1), 0),
    replays: replaysOf(headers),
    expires: text(headers.expires) ?? text(first.expires),
    bytes: message.content.length,
  };
}

export const replaysOf = (headers: Table): number => {
  const count = headers[REPLAY.count];
  return typeof count === "number" ? count : 0;
};

/** Delays count as deaths for RabbitMQ, but not for the task: it was delayed, and did not fail. */
function deathsOf(headers: Table): Table[] {
  const all = Array.isArray(headers["x-death"]) ? (headers["x-death"] as Table[]) : [];
  const own = all.filter(({ queue }) => !text(queue)?.startsWith(DELAYED_QUEUES));
  return own.length > 0 ? own : all.slice(0, 1);
}

/** The queue of a delayed task whose queue was deleted is only in its routing key. */
function queueOf({ fields }: Message, headers: Table, deaths: readonly Table[]): string | undefined {
  const last = text(headers["x-last-death-queue"]) ?? text(deaths[0]?.queue);
  if (!last?.startsWith(DELAYED_QUEUES)) return last;
  return withoutDelay(fields.routingKey);
}

/** Messages of Celery's task protocol 1 have everything in their body. */
function firstProtocol({ content, properties }: Message, headers: Table): Table {
  if (headers.task !== undefined || properties.contentType !== "application/json") return {};
  const body = parse(content);
  return isTable(body) ? body : {};
}

function parse(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString());
  } catch {
    return undefined;
  }
}

function timeOf({ time }: Table): number {
  return isTable(time) && typeof time.value === "number" ? time.value * 1000 : 0;
}

const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const json = (value: unknown): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value);
