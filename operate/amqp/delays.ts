import { DELAYED_QUEUES } from "../../components/shared/celery/contract";

/** Celery's delayed queues put one word for each bit of the delay in front of the queue's name. */
const BITS = 28;
const DELAY = new RegExp(`^(?:[01]\\.){${BITS}}`);
const LONGEST_SECONDS = 2 ** BITS - 1;

/** Exchange that delayed tasks are published to. */
export const FIRST_DELAY = `${DELAYED_QUEUES}${BITS - 1}`;

/** Returns the queue of a delayed task's routing key, or undefined if the key has no delay. */
export function withoutDelay(routingKey: string): string | undefined {
  const queue = routingKey.replace(DELAY, "");
  return queue === routingKey ? undefined : queue;
}

/** Returns the routing key that leads to a queue after a delay. */
export function delayedKey(seconds: number, queue: string): string {
  const whole = Math.min(Math.max(0, Math.ceil(seconds)), LONGEST_SECONDS);
  return [...whole.toString(2).padStart(BITS, "0"), queue].join(".");
}

/** Milliseconds since 1970 of a time in a task's headers: with its zone, or in UTC unless the app changes that. */
export function timeOfHeader(time: unknown): number | undefined {
  if (typeof time !== "string" || time === "") return undefined;
  const milliseconds = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
