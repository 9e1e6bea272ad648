import { type ChannelModel, connect, type ConfirmChannel } from "amqplib";
import { messageOf, UserError } from "../errors";

/** A user of RabbitMQ, and how to verify the broker. */
export interface Account {
  /** Includes user, password, and virtual host. */
  readonly url: URL;
  /** Name in the broker's certificate. */
  readonly serverName: string;
  /** CA certificates in PEM format. Default: those of this machine. */
  readonly authority?: string;
}

/** A connection with one channel, whose publishes are confirmed. */
export interface AmqpSession {
  readonly channel: ConfirmChannel;
  /** Rejects when the connection or the channel ends, or when the broker blocks publishers. Never resolves. */
  readonly failed: Promise<never>;
  /** Opens another channel of the same connection, which ends with it. */
  branch(): Promise<AmqpSession>;
  close(): Promise<void>;
}

/** The connection to a broker is of no more use. */
export class BrokerError extends UserError {}

const TIMEOUT_MS = 10_000;
const HEARTBEAT_SECONDS = 10;

/** Connects to a port, by default of 127.0.0.1, as if it were the broker. TLS verifies the broker's own name. */
export async function openSession(
  { url, serverName, authority }: Account,
  port: number,
  hostname = "127.0.0.1",
): Promise<AmqpSession> {
  const connection = await connect(
    {
      protocol: url.protocol.replace(":", ""),
      hostname,
      port,
      username: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      vhost: url.pathname.slice(1),
      heartbeat: HEARTBEAT_SECONDS,
    },
    {
      servername: serverName,
      ...(authority !== undefined && { ca: authority }),
      timeout: TIMEOUT_MS,
      noDelay: true,
      clientProperties: { connection_name: "ha-celery" },
    },
  );
  return sessionOf(connection, endOf(connection), () => connection.close());
}

/** By default, closes its channel only. */
async function sessionOf(
  connection: ChannelModel,
  ended: Promise<never>,
  close?: () => Promise<void>,
): Promise<AmqpSession> {
  const channel = await Promise.race([connection.createConfirmChannel(), ended]);
  const failed = Promise.race([ended, endOf(channel)]);
  failed.catch(() => undefined);
  return {
    channel,
    failed,
    branch: () => sessionOf(connection, ended),
    close: () => (close ?? (() => channel.close()))().catch(() => undefined),
  };
}

/** Rejects with the reason when a connection or a channel ends. */
function endOf(side: ChannelModel | ConfirmChannel): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    side.on("error", (error: unknown) => reject(new BrokerError(`the broker ended it: ${messageOf(error)}`)));
    side.on("close", () => reject(new BrokerError("the connection to the broker ended")));
    side.on("blocked", (reason: string) =>
      reject(new BrokerError(`the brokers block all publishers because of an alarm (${reason})`)),
    );
  });
  ended.catch(() => undefined);
  return ended;
}
