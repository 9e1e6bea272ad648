import type { Message, Options } from "amqplib";
import { propertiesOf } from "../amqp/publish";
import { isObject, replaceBytes, restoreBytes } from "../amqp/text";
import { UserError } from "../errors";
import { readLetter } from "./letter";

/** A dead letter in a file. */
export interface ExportedLetter {
  readonly routingKey: string;
  readonly body: Buffer;
  readonly properties: Options.Publish;
}

/** One line of JSON: what a person looks for first, then everything that a publisher needs. */
export function toLine(message: Message): string {
  const { id, task, queue, reason, diedAt } = readLetter(message);
  const time = diedAt === undefined ? undefined : new Date(diedAt).toISOString();
  const { content, fields } = message;
  return JSON.stringify({
    id,
    task,
    queue,
    reason,
    diedAt: time,
    routingKey: fields.routingKey,
    properties: replaceBytes(propertiesOf(message)),
    body: content.toString("base64"),
  });
}

export function fromLine(line: string, where: string): ExportedLetter {
  const value = parse(line, where);
  if (
    !isObject(value) ||
    typeof value.routingKey !== "string" ||
    typeof value.body !== "string" ||
    !isObject(value.properties)
  )
    throw new UserError(
      `${where} is not an exported dead letter: it needs routingKey, properties, and body.`,
    );
  return {
    routingKey: value.routingKey,
    body: Buffer.from(value.body, "base64"),
    properties: restoreBytes(value.properties) as Options.Publish,
  };
}

function parse(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new UserError(`${where} is not JSON. Use a file that dead-letters export wrote.`);
  }
}
