import type { Scene } from "./scene";
import { cutFromPeers } from "./shared/apart";
import { awaitClosing } from "./shared/closing";
import { noteClients } from "./shared/clients";
import { UNCONFIRMED } from "./shared/unconfirmed";

export const partition: Scene = {
  name: "partition",
  summary: "the leader is cut from its peers, while clients still reach it",
  holdSeconds: 30,
  limits: {
    publishGapSeconds: 15,
    consumeGapSeconds: 15,
    // Beside them, what workers at the broker that was cut off hold: the others get it too.
    duplicated: UNCONFIRMED,
    fullStrengthSeconds: 60,
  },
  needsAgents: true,
  async inject(drill) {
    await noteClients(drill);
    await cutFromPeers(drill, [drill.victim.pod]);
    await awaitClosing(drill);
  },
};
