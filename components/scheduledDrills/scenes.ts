/** A fault that a scheduled drill can inject; `docs/reference/scenes.md` describes each. Scenes that switch machines
 * or the control plane off are missing, because a pod cannot do that. */
export const DrillScene = {
  Drain: "drain",
  BrokerKill: "broker-kill",
  BrokerKillFollower: "broker-kill-follower",
  PodDelete: "pod-delete",
  WorkerKill: "worker-kill",
  WorkerKillPod: "worker-kill-pod",
  WorkerRollout: "worker-rollout",
  AllBrokers: "all-brokers",
  RollingConfig: "rolling-config",
  UpgradeImage: "upgrade-image",
  Scale: "scale",
  Partition: "partition",
  PartitionPartial: "partition-partial",
  PartitionAll: "partition-all",
  Freeze: "freeze",
  Stall: "stall",
  SlowNetwork: "slow-network",
  SlowDisk: "slow-disk",
  DnsOff: "dns-off",
  DnsDrain: "dns-drain",
  MemoryAlarm: "memory-alarm",
  MemoryAlarmKill: "memory-alarm-kill",
  DiskAlarm: "disk-alarm",
  Poison: "poison",
  ProducerKill: "producer-kill",
  VolumeLoss: "volume-loss",
  VolumeLossFirst: "volume-loss-first",
  StartDnsOff: "start-dns-off",
  StartIsolated: "start-isolated",
  Random: "random",
} as const;
/** A value of the constant of the same name. */
export type DrillScene = (typeof DrillScene)[keyof typeof DrillScene];

const {
  AllBrokers,
  DnsDrain,
  Drain,
  RollingConfig,
  StartDnsOff,
  StartIsolated,
  VolumeLoss,
  VolumeLossFirst,
} = DrillScene;

/** Scenes that could lose data if a second failure occurs, which a protected installation refuses. */
export const DESTRUCTIVE: readonly DrillScene[] = [
  AllBrokers,
  VolumeLoss,
  VolumeLossFirst,
  StartDnsOff,
  StartIsolated,
];

/** Scenes that need no pod with root rights on the nodes. */
export const WITHOUT_AGENTS: readonly DrillScene[] = [
  Drain,
  DrillScene.PodDelete,
  DrillScene.WorkerKillPod,
  DrillScene.WorkerRollout,
  AllBrokers,
  RollingConfig,
  DrillScene.UpgradeImage,
  DrillScene.Scale,
  DrillScene.MemoryAlarm,
  DrillScene.MemoryAlarmKill,
  DrillScene.DiskAlarm,
  DrillScene.Poison,
  VolumeLoss,
  VolumeLossFirst,
];

/** Scenes that cordon a node. */
export const CORDONS: readonly DrillScene[] = [Drain, DnsDrain];
