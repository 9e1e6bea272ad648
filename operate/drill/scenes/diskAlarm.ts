import { alarmScene } from "./shared/alarm";

export const diskAlarm = alarmScene({
  name: "disk-alarm",
  summary: "raises the leader's disk alarm, so that all brokers block publishers",
  // More than any disk provides.
  raise: ["set_disk_free_limit", "1000000GB"],
  restore:
    "{ok, Limit} = application:get_env(rabbit, disk_free_limit), rabbit_disk_monitor:set_disk_free_limit(Limit).",
  field: "disk_free_alarm",
});
