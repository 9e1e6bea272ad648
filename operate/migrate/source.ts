import { readFile } from "node:fs/promises";
import { type Account, type AmqpSession, openSession } from "../amqp/connection";
import { messageOf, UsageError, UserError } from "../errors";

/** Variable with the URL of the RabbitMQ to move tasks from. Arguments of a command are visible to other users. */
export const SOURCE_VARIABLE = "HA_CELERY_SOURCE_URL";

const PORTS: Readonly<Record<string, number>> = { "amqp:": 5672, "amqps:": 5671 };

export interface SourceOptions {
  /** File with the URL. Default: the variable. */
  readonly sourceFile?: string;
  /** File with CA certificates in PEM format. Default: those of this machine. */
  readonly sourceCa?: string;
}

/** Reads where to move tasks from. No message contains the URL, which has a password. */
export async function readSource(
  { sourceFile, sourceCa }: SourceOptions,
  env: NodeJS.ProcessEnv,
): Promise<Account> {
  const text = (sourceFile === undefined ? env[SOURCE_VARIABLE] : await read(sourceFile))?.trim();
  if (!text)
    throw new UsageError(
      `The RabbitMQ to move tasks from is unknown. Set ${SOURCE_VARIABLE} to its URL, amqp://USER:PASSWORD@HOST:PORT/VHOST, or name a file that contains the URL: --source-file FILE`,
    );
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || PORTS[url.protocol] === undefined || url.hostname === "")
    throw new UsageError(
      `${sourceFile ?? SOURCE_VARIABLE} has no URL of a RabbitMQ. Use amqp://USER:PASSWORD@HOST:PORT/VHOST, or amqps:// with TLS; encode other characters as in %2F.`,
    );
  const authority = sourceCa === undefined ? undefined : await read(sourceCa);
  return { url, serverName: url.hostname, ...(authority !== undefined && { authority }) };
}

/** Connects to the RabbitMQ to move tasks from. */
export async function openSource(account: Account): Promise<AmqpSession> {
  const { protocol, hostname, port, pathname } = account.url;
  const number = Number(port || PORTS[protocol]);
  return openSession(account, number, hostname).catch((error: unknown) => {
    throw new UserError(
      `The RabbitMQ at ${hostname}:${number}, virtual host "${decodeURIComponent(pathname.slice(1)) || "/"}", accepts no connection: ${messageOf(error)}.`,
    );
  });
}

async function read(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError(`The file ${file} cannot be read: ${messageOf(error)}.`);
  });
}
