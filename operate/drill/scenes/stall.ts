import type { Scene } from "./scene";
import { HarmlessFault } from "./shared/harmless";
import { stallBroker } from "./shared/freezeBroker";

const STALL_SECONDS = 4;
const PAUSE_SECONDS = 6;
const fault = new HarmlessFault();

export const stall: Scene = {
  name: "stall",
  summary: `stops all processes of each broker in turn for ${STALL_SECONDS} s with SIGSTOP, while large tasks flow`,
  // 8 MB/s fill the windows of the broker's connections within the stall.
  load: { payloadBytes: 200_000 },
  holdSeconds: 45,
  limits: { publishGapSeconds: 8, consumeGapSeconds: 8, fullStrengthSeconds: 30, duplicated: 0 },
  needsAgents: true,
  inject: (drill) =>
    fault.run(drill, async () => {
      for (const broker of await drill.brokers.list()) {
        await stallBroker(drill, broker, STALL_SECONDS);
        await drill.wait(PAUSE_SECONDS);
      }
    }),
  check: async (drill) => fault.check(drill),
};
