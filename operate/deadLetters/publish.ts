import type { Message, Options } from "amqplib";
import { propertiesOf, withoutPast } from "../amqp/publish";
import { headersOf, REPLAY, replaysOf } from "./letter";

/** Properties of the replayed task: those of the dead letter, without RabbitMQ's own. */
export function replayOptions(
  message: Message,
  { run, ignoreExpires }: { run: string; ignoreExpires?: boolean },
): Options.Publish {
  const headers = withoutPast(headersOf(message));
  return {
    ...propertiesOf(message),
    headers: {
      ...headers,
      ...(ignoreExpires && { expires: null }),
      [REPLAY.run]: run,
      [REPLAY.count]: replaysOf(headers) + 1,
    },
  };
}
