import { allBrokers } from "./allBrokers";
import { apiOff } from "./apiOff";
import { brokerKill } from "./brokerKill";
import { brokerKillFollower } from "./brokerKillFollower";
import { diskAlarm } from "./diskAlarm";
import { dnsDrain } from "./dnsDrain";
import { dnsOff } from "./dnsOff";
import { drain } from "./drain";
import { freeze } from "./freeze";
import { memoryAlarm, memoryAlarmKill } from "./memoryAlarm";
import { nodeOff } from "./nodeOff";
import { partition } from "./partition";
import { partitionAll } from "./partitionAll";
import { partitionPartial } from "./partitionPartial";
import { podDelete } from "./podDelete";
import { poison } from "./poison";
import { powerLoss, powerLossDisk, powerLossDiskFirst } from "./powerLoss";
import { producerKill } from "./producerKill";
import { random } from "./random";
import { rollingConfig } from "./rollingConfig";
import { scale } from "./scale";
import type { Scene } from "./scene";
import { slowDisk } from "./slowDisk";
import { slowNetwork } from "./slowNetwork";
import { stall } from "./stall";
import { startDnsOff, startIsolated } from "./startCutOff";
import { twoFaults } from "./twoFaults";
import { upgradeImage } from "./upgradeImage";
import { volumeLoss, volumeLossFirst } from "./volumeLoss";
import { workerKill } from "./workerKill";
import { workerKillPod } from "./workerKillPod";
import { workerRollout } from "./workerRollout";

/** All scenes, in the order in which they are listed and run. */
export const SCENES: readonly Scene[] = [
  drain,
  brokerKill,
  brokerKillFollower,
  podDelete,
  nodeOff,
  twoFaults,
  workerKill,
  workerKillPod,
  workerRollout,
  allBrokers,
  rollingConfig,
  upgradeImage,
  scale,
  partition,
  partitionPartial,
  partitionAll,
  freeze,
  stall,
  slowNetwork,
  slowDisk,
  dnsOff,
  dnsDrain,
  apiOff,
  memoryAlarm,
  memoryAlarmKill,
  diskAlarm,
  poison,
  producerKill,
  volumeLoss,
  volumeLossFirst,
  powerLoss,
  powerLossDisk,
  powerLossDiskFirst,
  startDnsOff,
  startIsolated,
  random,
];
