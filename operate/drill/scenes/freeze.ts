import type { Scene } from "./scene";
import { noteClients } from "./shared/clients";
import { freezeBroker } from "./shared/freezeBroker";
import { UNCONFIRMED } from "./shared/unconfirmed";

export const freeze: Scene = {
  name: "freeze",
  summary:
    "stops all processes of the leader with SIGSTOP, so that it neither answers nor closes connections",
  holdSeconds: 60,
  limits: {
    publishGapSeconds: 15,
    consumeGapSeconds: 15,
    workerBackSeconds: 15,
    duplicated: UNCONFIRMED,
    fullStrengthSeconds: 60,
  },
  needsAgents: true,
  async inject(drill) {
    await noteClients(drill);
    await freezeBroker(drill, drill.victim);
  },
};
