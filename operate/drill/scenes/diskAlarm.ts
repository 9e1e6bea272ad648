import { alarmScene } from "./shared/alarm";

export const diskAlarm = alarmScene({
  name: "disk-alarm",
  summary: "the leader raises its disk alarm, so that all brokers block publishers",
  // More than any disk has.
  raise: ["set_disk_free_limit", "1000000GB"],
  restore:
    "{ok, Limit} = application:get_env(rabbit, disk_free_limit), rabbit_disk_monitor:set_disk_free_limit(Limit).",
  sign: "disk_free_alarm",
});
