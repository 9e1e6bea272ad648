import type { Scene } from "./scene";
import { cutFromPeers } from "./shared/apart";

export const partition: Scene = {
  name: "partition",
  summary: "the leader is cut from its peers, while clients still reach it",
  holdSeconds: 30,
  limits: {
    publishGapSeconds: 15,
    consumeGapSeconds: 15,
    // Workers on the broker that was cut off go on with what they hold, and the others get it too.
    duplicated: "running",
    fullStrengthSeconds: 60,
  },
  needsAgents: true,
  inject: (drill) => cutFromPeers(drill, [drill.victim.pod]),
};
