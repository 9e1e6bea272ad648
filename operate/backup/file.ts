import { randomUUID } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { Message } from "amqplib";
import { isObject } from "../amqp/text";
import { messageOf, UsageError } from "../errors";
import { linesOf } from "../lines";
import type { Definitions } from "./definitions";
import { saved, savedMessageOf, type SavedMessage } from "./message";

const FORMAT = "ha-celery-backup";
const VERSION = 1;

/** First line of a backup. */
export interface Heading {
  readonly id: string;
  /** Time in ISO 8601. */
  readonly takenAt: string;
  /** Namespace and name. */
  readonly installation: string;
  readonly vhost: string;
}

/** A file with one JSON object on each line: heading, definitions, messages, and the number of messages. */
export class BackupWriter {
  private messages = 0;

  private constructor(
    private readonly file: string,
    private readonly output: FileHandle,
    readonly heading: Heading,
  ) {}

  /** Creates the file, which only its owner may read, because arguments of tasks may be confidential. */
  static async create(
    file: string,
    about: Omit<Heading, "id" | "takenAt">,
    definitions: Definitions,
  ): Promise<BackupWriter> {
    const output = await open(file, "wx", 0o600).catch((error: unknown) => {
      throw new UsageError(
        `The file ${file} cannot be created: ${messageOf(error)}. Name a file that does not exist.`,
      );
    });
    const heading = { id: randomUUID(), takenAt: new Date().toISOString(), ...about };
    const writer = new BackupWriter(file, output, heading);
    await writer.line({ format: FORMAT, version: VERSION, ...heading });
    await writer.line({ definitions });
    return writer;
  }

  async add(queue: string, message: Message): Promise<void> {
    await this.line(saved(queue, message));
    this.messages += 1;
  }

  /** Writes the last line, without which a backup is incomplete. */
  async finish(): Promise<void> {
    await this.line({ messages: this.messages });
    await this.output.sync();
    await this.output.close();
  }

  async discard(): Promise<void> {
    await this.output.close();
    await rm(this.file, { force: true });
  }

  private async line(value: object): Promise<void> {
    await this.output.write(`${JSON.stringify(value)}\n`);
  }
}

/** A backup that was checked to be complete. */
export interface Backup extends Heading {
  readonly file: string;
  readonly definitions: Definitions;
  /** Number of messages. */
  readonly messages: number;
}

/** Reads the whole file once, so that a restore does not stop halfway at a broken line. */
export async function openBackup(file: string): Promise<Backup> {
  let heading: Heading | undefined;
  let definitions: Definitions | undefined;
  let messages = 0;
  let end: unknown;
  for await (const { value, where } of objectsOf(file)) {
    if (end !== undefined) throw broken(where, "comes after the last line of a backup");
    if (!heading) heading = headingOf(value, where);
    else if (!definitions) {
      if (!isObject(value.definitions)) throw broken(where, "has no definitions");
      definitions = value.definitions as unknown as Definitions;
    } else if (typeof value.messages === "number") end = value.messages;
    else if (savedMessageOf(value)) messages += 1;
    else throw broken(where, "is not a message of a backup");
  }
  if (!heading || !definitions || end === undefined || end !== messages)
    throw new UsageError(
      `The backup ${file} is incomplete: it ends after ${messages} messages. It was written by a command that was killed, or only a part of it was copied. Use another backup.`,
    );
  return { ...heading, file, definitions, messages };
}

/** The messages of a backup, in order. */
export async function* messagesOf({ file }: Pick<Backup, "file">): AsyncGenerator<SavedMessage> {
  for await (const { value } of objectsOf(file)) {
    const message = savedMessageOf(value);
    if (message) yield message;
  }
}

function headingOf(value: Readonly<Record<string, unknown>>, where: string): Heading {
  if (value.format !== FORMAT) throw broken(where, "does not begin a backup of ha-celery");
  if (value.version !== VERSION)
    throw broken(where, `has version ${String(value.version)}, but this ha-celery reads version ${VERSION}`);
  const { id, takenAt, installation, vhost } = value;
  return {
    id: String(id),
    takenAt: String(takenAt),
    installation: String(installation),
    vhost: String(vhost),
  };
}

async function* objectsOf(
  file: string,
): AsyncGenerator<{ value: Readonly<Record<string, unknown>>; where: string }> {
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    const where = `Line ${number} of ${file}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw broken(where, "is not JSON");
    }
    if (!isObject(value)) throw broken(where, "is not an object");
    yield { value, where };
  }
}

const broken = (where: string, what: string): UsageError =>
  new UsageError(`${where} ${what}. Use a file that "ha-celery backup" wrote.`);
