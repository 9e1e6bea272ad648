/** A limit of a broker that raises an alarm when it is set to an extreme value. */
export interface AlarmLimit {
  /** Expressions of Erlang, without the full stop. */
  readonly raise: string;
  /** Restores the configured limit, also after several drills. */
  readonly restore: string;
  /** Field of a node in the management API that is true while the alarm is raised. */
  readonly field: string;
}

export const MEMORY: AlarmLimit = {
  raise: "vm_memory_monitor:set_vm_memory_high_watermark({absolute, 1048576})",
  restore:
    "{ok, Memory} = application:get_env(rabbit, vm_memory_high_watermark), vm_memory_monitor:set_vm_memory_high_watermark(Memory)",
  field: "mem_alarm",
};

export const DISK: AlarmLimit = {
  // More than any disk provides.
  raise: 'rabbit_disk_monitor:set_disk_free_limit("1000000GB")',
  restore:
    "{ok, Disk} = application:get_env(rabbit, disk_free_limit), rabbit_disk_monitor:set_disk_free_limit(Disk)",
  field: "disk_free_alarm",
};

/** Process in the broker that restores the limit. Its dictionary has the run. */
const PROCESS = "ha_celery_drill";
const CANCEL = `case whereis(${PROCESS}) of undefined -> ok; Former -> unregister(${PROCESS}), exit(Former, kill) end`;

/** Argument of `rabbitmqctl eval` that raises an alarm. The broker itself ends it after a time. */
export const raiseAlarm = ({ raise, restore }: AlarmLimit, run: string, seconds: number): string =>
  `${CANCEL}, register(${PROCESS}, spawn(fun() -> put(run, <<"${run}">>), timer:sleep(${Math.ceil(seconds * 1000)}), ${restore} end)), ${raise}.`;

/** Argument of `rabbitmqctl eval` that ends the alarm. */
export const endAlarm = (...limits: readonly AlarmLimit[]): string =>
  `${[CANCEL, ...limits.map(({ restore }) => restore)].join(", ")}.`;

/** Argument of `rabbitmqctl eval` that prints the run which has changed a limit, if any. */
export const RUN_OF_ALARM = `case whereis(${PROCESS}) of undefined -> none; Process -> {dictionary, Values} = process_info(Process, dictionary), proplists:get_value(run, Values) end.`;

/** Reads the output of `RUN_OF_ALARM`. */
export const runOfAlarm = (output: string): string | undefined => /<<"([^"]+)">>/.exec(output)?.[1];
