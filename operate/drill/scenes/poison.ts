import type { Scene } from "./scene";

const DEAD_LETTERS = "dead-letters";
/** 20 attempts, each a second later after the one before than the last: 1 + 2 + ... + 20 s, and the attempts themselves. */
const PATIENCE_SECONDS = 400;

export const poison: Scene = {
  name: "poison",
  summary:
    "a task kills its process each time; at the delivery limit it ends among the dead letters, the rest proceeds",
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
    const before = (await brokers.queue(DEAD_LETTERS)).messages;
    const since = Date.now();
    drill.event(`poison: ${await load.publishOne("poison")}`);
    await drill.until("the poison is among the dead letters", PATIENCE_SECONDS, async () => {
      return (await brokers.queue(DEAD_LETTERS)).messages > before;
    });
    drill.note("seconds until the poison was a dead letter", Math.round((Date.now() - since) / 1000));
  },
};
