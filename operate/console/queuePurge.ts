import type { Installation } from "../cluster/installation";
import { CONSOLE_FIX } from "../cluster/protection";
import { UserError } from "../errors";
import { checkPurge, describePurge, purgeQueue, requireQueue } from "../queues/purge";
import type { WriteOptions } from "./deadLetters";
import type { Change, Outcome, Write } from "./routes";

/** What the page can change in queues: the same as `ha-celery queues purge`, but only queues of worker pools. */
export const queueWrites = (
  find: () => Promise<Pick<Installation, "namespace" | "name" | "protected" | "pools" | "brokers">>,
  { context, allowProtected }: WriteOptions,
): Readonly<Record<string, Write>> => ({
  "queues/purge": async ({ queue }): Promise<Change> => {
    if (typeof queue !== "string") throw new UserError("Name a queue.");
    const installation = await find();
    const { brokers } = installation;
    const ready = await requireQueue(queue, brokers);
    checkPurge(queue, installation, { allowProtected }, CONSOLE_FIX);
    return {
      what: `purge queue ${queue} (${ready} tasks)`,
      consent: context,
      run: async (): Promise<Outcome> => {
        await purgeQueue(queue, brokers);
        return { text: describePurge(queue, ready) };
      },
    };
  },
});
