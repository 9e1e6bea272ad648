import type { ConsumeMessage } from "amqplib";
import { randomUUID } from "node:crypto";
import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import { type AmqpSession, BrokerError } from "../amqp/connection";
import { timeOfHeader } from "../amqp/delays";
import { Publisher } from "../amqp/publish";
import { scan, type Scan } from "../amqp/scan";
import { UserError } from "../errors";
import { type DeadLetter, headersOf, readLetter, REPLAY } from "./letter";
import { replayOptions } from "./publish";
import { isSelected, type Selection } from "./selection";

/** What the user interface calls the options of a replay, for the reasons why a task stays. */
export interface ReplayControls {
  /** Names another queue: `--to`. */
  readonly to: string;
  /** Also runs tasks that have expired: `--ignore-expires`. */
  readonly ignoreExpires: string;
}

export interface ReplayOptions extends Pick<Scan, "signal" | "report"> {
  readonly selection: Selection;
  readonly controls: ReplayControls;
  /** Queue to publish to. Default: the one that the task came from. */
  readonly to?: string;
  /** Replays tasks that have expired, and lets them run. */
  readonly ignoreExpires?: boolean;
  /** Changes nothing. */
  readonly dryRun?: boolean;
  /** Number of selected letters that are replayed at most, the oldest first. Default: all. */
  readonly most?: number;
}

/** A selected letter that stays in the queue, and why. */
export interface Kept {
  readonly letter: DeadLetter;
  readonly why: string;
}

export interface Replayed {
  /** Letters that are in their own queues again; with `dryRun`, those that would be. */
  readonly replayed: readonly DeadLetter[];
  readonly kept: readonly Kept[];
  /** Letters that were not selected. */
  readonly others: number;
}

/**
 * Publishes dead letters to their own queues. Each is removed once the brokers have confirmed its copy, and the next
 * one is published after that. So nothing is lost if this process is killed, and at most one task is in both queues.
 */
export async function replay(session: AmqpSession, options: ReplayOptions): Promise<Replayed> {
  const run = randomUUID();
  const publisher = new Publisher(session);
  const replayed: DeadLetter[] = [];
  const kept: Kept[] = [];
  let others = 0;

  const attempt = async (message: ConsumeMessage, letter: DeadLetter): Promise<string | undefined> => {
    const queue = options.to ?? letter.queue;
    const obstacle = obstacleOf(letter, queue, options, Date.now());
    if (obstacle !== undefined || options.dryRun || queue === undefined) return obstacle;
    const result = await publisher
      .publish("", queue, message.content, replayOptions(message, { run, ...options }))
      // The headers are too large for the client. The connection is as before.
      .catch((error: unknown) => (error instanceof RangeError ? error : Promise.reject(error)));
    if (result instanceof Error) return result.message;
    if (result === "unroutable")
      return `queue ${queue} does not exist: start a worker that declares it, or name another one with ${options.controls.to}`;
    if (result === "refused") return `queue ${queue} refused it, because it is full or has no leader`;
    session.channel.ack(message);
    return undefined;
  };

  await scan(
    session,
    DEAD_LETTERS,
    async (message) => {
      const letter = readLetter(message);
      const isEnough = replayed.length + kept.length >= (options.most ?? Infinity);
      if (isEnough || !isSelected(letter, options.selection, Date.now())) {
        others += 1;
        return "kept";
      }
      const why = await attempt(message, letter);
      if (why === undefined) replayed.push(letter);
      else kept.push({ letter, why });
      return why === undefined && !options.dryRun ? "removed" : "kept";
    },
    // Not those that this command has replayed, and that have died again meanwhile.
    { ...options, isSkipped: (message) => headersOf(message)[REPLAY.run] === run },
  ).catch((error: unknown) => {
    throw error instanceof BrokerError ? interrupted(error, replayed.length) : error;
  });
  return { replayed, kept, others };
}

function obstacleOf(
  { expires }: DeadLetter,
  queue: string | undefined,
  { controls, ignoreExpires = false }: ReplayOptions,
  now: number,
): string | undefined {
  if (queue === undefined) return `its queue is unknown: name one with ${controls.to}`;
  if (queue === DEAD_LETTERS) return `its queue is ${DEAD_LETTERS}: name another one with ${controls.to}`;
  if (!ignoreExpires && expires !== undefined && hasPassed(expires, now))
    return `it expired at ${expires}, so no worker would start it: to run it anyway, ${controls.ignoreExpires}`;
  return undefined;
}

/** A time that cannot be read has not passed. */
export const hasPassed = (time: string, now: number): boolean => (timeOfHeader(time) ?? Infinity) <= now;

const interrupted = (error: BrokerError, replayed: number): UserError =>
  new UserError(
    `The replay stopped after ${replayed} tasks: ${error.message}. Nothing is lost; one task may be in ${DEAD_LETTERS} and in its own queue. When the brokers answer again, run the same command: it continues with the rest.`,
  );
