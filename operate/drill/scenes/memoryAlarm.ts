import { MEMORY } from "../alarms";
import { alarmScene } from "./shared/alarm";

export const memoryAlarm = alarmScene({
  name: "memory-alarm",
  summary: "raises the leader's memory alarm, so that all brokers block publishers",
  limit: MEMORY,
});

export const memoryAlarmKill = alarmScene({
  name: "memory-alarm-kill",
  summary: "raises the leader's memory alarm, and ends it by force-deleting the leader's pod",
  limit: MEMORY,
  // Longer than three publishing calls that give up after their budget of 25 s.
  holdSeconds: 95,
  killsBroker: true,
});
