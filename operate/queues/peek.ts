import { answeringPod } from "../cluster/answering";
import type { Brokers } from "../cluster/brokers";
import { UserError } from "../errors";

/** A task that waits in a queue. */
export interface PeekedTask {
  readonly id?: string;
  readonly task?: string;
  readonly args?: string;
  readonly kwargs?: string;
  readonly eta?: string;
  readonly expires?: string;
  /** How often a consumer held it before. */
  readonly deliveries: number;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What the script prints about a message. */
interface Peeked {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly correlationId: string | null;
  readonly deliveries: number;
  readonly bytes: number;
}

/** An Erlang binary that no character of the text can end. */
const binary = (text: string): string => `<<${[...Buffer.from(text)].join()}>>`;

/**
 * Argument of `rabbitmqctl eval` that prints the first messages as JSON. It reads them in the queue's leader without
 * delivering them, so consumers and delivery counts stay as they are. The leader counts to each position.
 */
export const peekScript = (vhost: string, queue: string, count: number): string => `
case rabbit_amqqueue:lookup({resource, ${binary(vhost)}, queue, ${binary(queue)}}) of
  {ok, Queue} ->
    Text = fun(Value) when is_binary(Value) ->
        case unicode:characters_to_binary(Value) of Value -> Value; _ -> base64:encode(Value) end;
      (Value) -> Value end,
    Json = fun Json({array, Values}) -> [Json(Value) || Value <- Values];
      Json({table, Pairs}) -> maps:from_list([{Key, Json({Type, Value})} || {Key, Type, Value} <- Pairs]);
      Json({void, _}) -> null;
      Json({_, Value}) -> Text(Value) end,
    Given = fun(undefined, Default) -> Default; (Value, _) -> Value end,
    Peek = fun(Position) -> case ra:aux_command(amqqueue:get_pid(Queue), {peek, Position}) of
      {ok, {Header, Message}} ->
        {content, _, Properties, _, _, Fragments} = rabbit_binary_parser:ensure_content_decoded(
          mc:protocol_state(mc:convert(mc_amqpl, Message))),
        [#{headers => Json({table, Given(element(4, Properties), [])}),
          correlationId => Given(element(7, Properties), null),
          deliveries => case Header of #{acquired_count := Count} -> Count; _ -> 0 end,
          bytes => iolist_size(Fragments)}];
      _ -> [] end end,
    iolist_to_binary(json:encode(lists:append([Peek(Position) || Position <- lists:seq(1, ${count})])));
  _ -> unknown
end.`;

/** Returns the first tasks that wait. Those that workers hold are not among them. */
export async function peek(
  brokers: Pick<Brokers, "vhost" | "pods" | "exec" | "management">,
  queue: string,
  count: number,
): Promise<PeekedTask[]> {
  const pod = await answeringPod(brokers);
  const script = peekScript(brokers.vhost, queue, count);
  const output = await brokers.exec(
    { pod },
    ...["rabbitmqctl", "--quiet", "--formatter=json", "eval", script],
  );
  const { value } = JSON.parse(output) as { value: string };
  if (!value.startsWith("["))
    throw new UserError(`The tasks of ${queue} cannot be read: the broker answered ${value}.`);
  return (JSON.parse(value) as Peeked[]).map(taskOf);
}

function taskOf({ headers, correlationId, deliveries, bytes }: Peeked): PeekedTask {
  const text = (name: string) => (typeof headers[name] === "string" ? headers[name] : undefined);
  return {
    id: text("id") ?? correlationId ?? undefined,
    task: text("task"),
    args: text("argsrepr"),
    kwargs: text("kwargsrepr"),
    eta: text("eta"),
    expires: text("expires"),
    deliveries,
    bytes,
    headers,
  };
}
