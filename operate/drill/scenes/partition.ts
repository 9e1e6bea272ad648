import type { Scene } from "./scene";
import { isolateFromPeers } from "./shared/isolateBrokers";
import { untilClientsAreDisconnected } from "./shared/pauseMinority";
import { noteClients } from "./shared/clients";
import { UNCONFIRMED } from "./shared/unconfirmed";

export const partition: Scene = {
  name: "partition",
  summary: "isolates the leader from its peers, while clients still reach it",
  holdSeconds: 30,
  limits: {
    publishGapSeconds: 15,
    consumeGapSeconds: 15,
    // Includes the tasks that workers at the isolated broker hold, because other workers get them too.
    duplicated: UNCONFIRMED,
    fullStrengthSeconds: 60,
  },
  needsAgents: true,
  async inject(drill) {
    await noteClients(drill);
    await isolateFromPeers(drill, [drill.victim.pod]);
    await untilClientsAreDisconnected(drill);
  },
};
