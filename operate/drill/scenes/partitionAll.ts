import type { Scene } from "./scene";
import { isolateFromPeers } from "./shared/isolateBrokers";
import { UNCONFIRMED } from "./shared/unconfirmed";

export const partitionAll: Scene = {
  name: "partition-all",
  summary: "isolates all brokers from each other, so that no majority exists",
  holdSeconds: 30,
  // Without a majority, the brokers confirm and deliver nothing. They must resume without help afterward.
  limits: { duplicated: UNCONFIRMED, fullStrengthSeconds: 60 },
  needsAgents: true,
  async inject(drill) {
    const brokers = await drill.brokers.list();
    await isolateFromPeers(
      drill,
      brokers.map(({ pod }) => pod),
    );
  },
};
