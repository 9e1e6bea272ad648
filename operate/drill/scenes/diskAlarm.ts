import { DISK } from "../alarms";
import { alarmScene } from "./shared/alarm";

export const diskAlarm = alarmScene({
  name: "disk-alarm",
  summary: "raises the leader's disk alarm, so that all brokers block publishers",
  limit: DISK,
});
