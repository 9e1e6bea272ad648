import { brokerKill } from "./brokerKill";
import { type Scene, Victim } from "./scene";

export const brokerKillFollower: Scene = {
  ...brokerKill,
  name: "broker-kill-follower",
  summary: "kills a follower's Erlang VM with SIGKILL",
  victim: Victim.Follower,
};
