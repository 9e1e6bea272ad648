import type { Scene } from "./scene";
import { noteClients } from "./shared/clients";
import { isolateFromPeers } from "./shared/isolateBrokers";
import { UNCONFIRMED } from "./shared/unconfirmed";

const HOLD_SECONDS = 40;

export const partitionPartial: Scene = {
  name: "partition-partial",
  summary: "cuts the leader off from one of its peers, while the others and clients reach both",
  holdSeconds: HOLD_SECONDS,
  // A publisher at the peer waits 10 s for a confirm, and may meet the same broker again, until the peers are connected.
  limits: {
    publishGapSeconds: HOLD_SECONDS + 5,
    consumeGapSeconds: HOLD_SECONDS + 5,
    duplicated: UNCONFIRMED,
    fullStrengthSeconds: 60,
  },
  needsAgents: true,
  async inject(drill) {
    const peer = (await drill.brokers.list()).find(({ pod }) => pod !== drill.victim.pod);
    if (!peer) throw new Error("the cluster has only one broker");
    await noteClients(drill);
    await noteClients(drill, peer, peer.pod);
    await isolateFromPeers(drill, [drill.victim.pod], [peer.pod]);
  },
};
