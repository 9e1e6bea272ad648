import type { Scene } from "./scene";
import { BROKER_LIMITS } from "./shared/brokerLimits";
import { killBroker } from "./shared/killBroker";

export const brokerKill: Scene = {
  name: "broker-kill",
  summary: "kills the leader's Erlang VM with SIGKILL",
  holdSeconds: 20,
  limits: BROKER_LIMITS,
  needsAgents: true,
  inject: killBroker,
};
