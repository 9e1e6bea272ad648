import type { Scene } from "./scene";
import { noteClients } from "./shared/clients";
import { isolateFromPeers } from "./shared/isolateBrokers";
import { UNCONFIRMED } from "./shared/unconfirmed";

export const partitionPartial: Scene = {
  name: "partition-partial",
  summary: "cuts the leader off from one of its peers, while the others and clients reach both",
  holdSeconds: 40,
  limits: {
    publishGapSeconds: 15,
    consumeGapSeconds: 15,
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
