import type { ConfirmChannel } from "amqplib";
import { type Account, openSession } from "../../operate/amqp/connection";
import { replay } from "../../operate/deadLetters/replay";

/** Where a replay is killed: around the publish and the removal of one dead letter. */
export const POINTS = ["published", "confirmed", "removed"] as const;
export type Point = (typeof POINTS)[number];

/** What this program does, as JSON in TEST_KILL. */
export interface Kill {
  readonly url: string;
  readonly port: number;
  readonly account: Omit<Account, "url">;
  readonly point: Point;
  /** Number of the dead letter. */
  readonly at: number;
}

/** Ends this process without a chance to clean up, once the data before has left it. */
const die = (): void => void setTimeout(() => process.kill(process.pid, "SIGKILL"), 20);

/** Kills the process around the message of this number. */
function trap(channel: ConfirmChannel, { point, at }: Kill): void {
  const { publish, ack } = channel;
  let messages = 0;
  channel.publish = (exchange, key, content, options, confirmed) => {
    messages += 1;
    if (messages > at) return true;
    const isHere = messages === at;
    if (isHere && point === "published") die();
    return publish.call(channel, exchange, key, content, options, (error: unknown, ok: object) => {
      if (isHere && point === "published") return;
      if (isHere && point === "confirmed") return die();
      confirmed?.(error, ok);
    });
  };
  channel.ack = (message, allUpTo) => {
    ack.call(channel, message, allUpTo);
    if (messages === at && point === "removed") die();
  };
}

async function main(kill: Kill): Promise<void> {
  const session = await openSession({ ...kill.account, url: new URL(kill.url) }, kill.port);
  trap(session.channel, kill);
  const controls = { to: "--to", ignoreExpires: "--ignore-expires" };
  await replay(session, { selection: { queue: "counted" }, controls });
}

if (process.env.TEST_KILL !== undefined) void main(JSON.parse(process.env.TEST_KILL) as Kill);
