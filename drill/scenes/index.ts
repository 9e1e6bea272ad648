import { allBrokers } from "./allBrokers";
import { brokerKill } from "./brokerKill";
import { brokerKillFollower } from "./brokerKillFollower";
import { drain } from "./drain";
import { nodeOff } from "./nodeOff";
import { podDelete } from "./podDelete";
import { rollingConfig } from "./rollingConfig";
import { scale } from "./scale";
import type { Scene } from "./scene";
import { workerKill } from "./workerKill";
import { workerKillPod } from "./workerKillPod";
import { workerRollout } from "./workerRollout";

/** In the order in which they are listed and run. */
export const SCENES: readonly Scene[] = [
  drain,
  brokerKill,
  brokerKillFollower,
  podDelete,
  nodeOff,
  workerKill,
  workerKillPod,
  workerRollout,
  allBrokers,
  rollingConfig,
  scale,
];
