import { brokerKill } from "./brokerKill";
import { type Scene, Victim } from "./scene";

export const brokerKillFollower: Scene = {
  ...brokerKill,
  name: "broker-kill-follower",
  summary: "a follower's Erlang machine is ended with SIGKILL",
  victim: Victim.Follower,
};
