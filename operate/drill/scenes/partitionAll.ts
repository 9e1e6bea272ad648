import type { Scene } from "./scene";
import { cutFromPeers } from "./shared/apart";
import { UNCONFIRMED } from "./shared/unconfirmed";

export const partitionAll: Scene = {
  name: "partition-all",
  summary: "all brokers are cut from each other, so that there is no majority",
  holdSeconds: 30,
  // Nothing can be confirmed or handed out without a majority; what counts is that it goes on by itself afterwards.
  limits: { duplicated: UNCONFIRMED, fullStrengthSeconds: 60 },
  needsAgents: true,
  async inject(drill) {
    const brokers = await drill.brokers.list();
    await cutFromPeers(
      drill,
      brokers.map(({ pod }) => pod),
    );
  },
};
