import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import { answeringPod } from "./answering";
import type { Brokers, QueueCounts } from "./brokers";

/** What waits in `dead-letters`. */
export interface DeadLetters {
  readonly messages: number;
  /** Seconds since the first one became a dead letter. Undefined if it cannot be read, such as while a client holds it. */
  readonly oldestSeconds?: number;
}

/** The parts of Brokers that run a command in a broker. */
type Commands = Pick<Brokers, "vhost" | "pods" | "exec" | "management">;

/** Page that says what to do about dead letters. */
export const DEAD_LETTERS_PAGE = "docs/how-to/dead-letters.md";

/** Returns undefined if there are none, or if no broker reports its queues. */
export async function readDeadLetters(
  brokers: Commands & Pick<Brokers, "queues">,
): Promise<DeadLetters | undefined> {
  const queues = await brokers.queues().catch(() => []);
  return deadLettersIn(brokers, queues);
}

/** The same for queues that were read before. */
export async function deadLettersIn(
  brokers: Commands,
  queues: readonly Pick<QueueCounts, "name" | "messages">[],
  readOldest = oldestDeadLetterSeconds,
): Promise<DeadLetters | undefined> {
  const messages = queues.find(({ name }) => name === DEAD_LETTERS)?.messages ?? 0;
  if (messages === 0) return undefined;
  return { messages, oldestSeconds: await readOldest(brokers) };
}

/** One line with the number, the age of the first one, and the page that says what to do. */
export const describeDeadLetters = (deadLetters: DeadLetters): string =>
  `${countDeadLetters(deadLetters)}: ${DEAD_LETTERS_PAGE}`;

/** The number, and the age of the first one. */
export function countDeadLetters({ messages, oldestSeconds }: DeadLetters): string {
  const age = oldestSeconds === undefined ? "" : `, the oldest for ${durationOf(oldestSeconds)}`;
  return `${messages} dead ${messages === 1 ? "letter" : "letters"}${age}`;
}

/** The largest unit of which there are at least two. */
export function durationOf(seconds: number): string {
  const units: [string, number][] = [
    ["days", 86_400],
    ["h", 3_600],
    ["min", 60],
  ];
  const [unit, length] = units.find(([, each]) => seconds >= 2 * each) ?? ["s", 1];
  return `${Math.floor(seconds / length)} ${unit}`;
}

/**
 * Argument of `rabbitmqctl eval` that prints the age of the first dead letter in milliseconds, or `unknown`. It reads
 * the message in the queue's leader without delivering it, so that its delivery count stays.
 */
export const oldestDeadLetter = (vhost: string): string => `
case rabbit_amqqueue:lookup({resource, <<"${vhost}">>, queue, <<"${DEAD_LETTERS}">>}) of
  {ok, Queue} ->
    case ra:aux_command(amqqueue:get_pid(Queue), {peek, 1}) of
      {ok, {_, Message}} ->
        Died = case mc:get_annotation(deaths, Message) of
          [_ | _] = Deaths -> lists:max([At || {_, {death, _, _, _, #{last_time := At}}} <- Deaths]);
          _ -> mc:received_timestamp(Message)
        end,
        max(0, os:system_time(millisecond) - Died);
      _ -> unknown
    end;
  _ -> unknown
end.`;

/**
 * Argument of `rabbitmqctl eval` that removes the dead letters of one drill run and prints their number. All others
 * stay. All are held until the end; otherwise the same ones would be delivered again.
 */
export const takeDeadLettersOf = (vhost: string, run: string): string => `
{ok, Connection} = amqp_connection:start({amqp_params_direct, none, none, <<"${vhost}">>, node(), none, []}),
try
  {ok, Channel} = amqp_connection:open_channel(Connection),
  {'queue.declare_ok', _, Waiting, _} = amqp_channel:call(Channel,
    {'queue.declare', 0, <<"${DEAD_LETTERS}">>, true, true, false, false, false, []}),
  Held = lists:append([case amqp_channel:call(Channel, {'basic.get', 0, <<"${DEAD_LETTERS}">>, false}) of
    {{'basic.get_ok', Tag, _, _, _, _}, {amqp_msg, Properties, _}} -> [{Tag, element(7, Properties)}];
    _ -> []
  end || _ <- lists:seq(1, Waiting)]),
  IsOurs = fun({_, Id}) -> is_binary(Id) andalso string:prefix(Id, <<"${run}-">>) =/= nomatch end,
  {Ours, Others} = lists:partition(IsOurs, Held),
  [amqp_channel:call(Channel, {'basic.ack', Tag, false}) || {Tag, _} <- Ours],
  % Unlike a reject or a closed channel, this does not count as a failed delivery.
  [amqp_channel:call(Channel, {'basic.nack', Tag, false, true}) || {Tag, _} <- Others],
  length(Ours)
after
  amqp_connection:close(Connection)
end.`;

/** Returns the age of the first dead letter, which is undefined if it cannot be read. */
export async function oldestDeadLetterSeconds(brokers: Commands): Promise<number | undefined> {
  const output = await evaluate(brokers, oldestDeadLetter(brokers.vhost)).catch(() => "");
  const milliseconds = output.trim();
  return /^\d+$/.test(milliseconds) ? Number(milliseconds) / 1000 : undefined;
}

/** Removes the tasks of a drill run from `dead-letters`, and returns how many there were. */
export async function takeDeadLetters(brokers: Commands, run: string): Promise<number> {
  const output = (await evaluate(brokers, takeDeadLettersOf(brokers.vhost, run))).trim();
  if (/^\d+$/.test(output)) return Number(output);
  throw new Error(`dead letters of ${run} could not be removed: ${output}`);
}

/** Runs in a broker, which needs no user of RabbitMQ. */
async function evaluate(brokers: Commands, script: string): Promise<string> {
  const pod = await answeringPod(brokers);
  return brokers.exec({ pod }, "rabbitmqctl", "--quiet", "eval", script);
}
