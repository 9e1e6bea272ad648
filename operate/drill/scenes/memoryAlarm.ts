import { alarmScene } from "./shared/alarm";

export const memoryAlarm = alarmScene({
  name: "memory-alarm",
  summary: "raises the leader's memory alarm, so that all brokers block publishers",
  raise: ["set_vm_memory_high_watermark", "absolute", "1MiB"],
  restore:
    "{ok, Limit} = application:get_env(rabbit, vm_memory_high_watermark), vm_memory_monitor:set_vm_memory_high_watermark(Limit).",
  field: "mem_alarm",
});
