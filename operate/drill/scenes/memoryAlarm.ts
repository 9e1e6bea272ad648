import { alarmScene } from "./shared/alarm";

const MEMORY_ALARM = {
  raise: ["set_vm_memory_high_watermark", "absolute", "1MiB"],
  restore:
    "{ok, Limit} = application:get_env(rabbit, vm_memory_high_watermark), vm_memory_monitor:set_vm_memory_high_watermark(Limit).",
  field: "mem_alarm",
};

export const memoryAlarm = alarmScene({
  ...MEMORY_ALARM,
  name: "memory-alarm",
  summary: "raises the leader's memory alarm, so that all brokers block publishers",
});

export const memoryAlarmKill = alarmScene({
  ...MEMORY_ALARM,
  name: "memory-alarm-kill",
  summary: "raises the leader's memory alarm, and ends it by force-deleting the leader's pod",
  // Longer than three publishing calls that give up after their budget of 25 s.
  holdSeconds: 95,
  killsBroker: true,
});
