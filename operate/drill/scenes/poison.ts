import { DEAD_LETTERS } from "../../../components/shared/celery/contract";
import type { Scene } from "./scene";

/**
 * The task is retried 20 times, each time after a delay that is one second longer: 1 + 2 + ... + 20 s, plus the
 * attempts.
 */
const TIMEOUT_SECONDS = 400;
/** A leader counts every 5 s. */
const COUNT_SECONDS = 60;

export const poison: Scene = {
  name: "poison",
  summary:
    "publishes a task that kills its process; at the delivery limit it is dead-lettered, and other tasks proceed",
  holdSeconds: 10,
  limits: {
    publishGapSeconds: 1,
    consumeGapSeconds: 2,
    deadLettered: 1,
    duplicated: "running",
    fullStrengthSeconds: 60,
  },
  async inject(drill) {
    const { brokers, load } = drill;
    const count = async () => (await brokers.queue(DEAD_LETTERS)).messages;
    let before: number | undefined;
    await drill.until("the dead letters are counted", COUNT_SECONDS, async () => {
      before = await count();
      return before !== undefined;
    });
    const publishedAt = Date.now();
    drill.event(`poison: ${await load.publishOne("poison")}`);
    await drill.until("the poison task is dead-lettered", TIMEOUT_SECONDS, async () => {
      return ((await count()) ?? 0) > (before ?? Infinity);
    });
    drill.note("seconds until the poison was a dead letter", Math.round((Date.now() - publishedAt) / 1000));
  },
};
