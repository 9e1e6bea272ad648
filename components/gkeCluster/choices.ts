/** Release channel of GKE, which determines how soon a cluster gets a new version of Kubernetes. */
export const ReleaseChannel = {
  /** Weeks after a release, before it is widely used. */
  Rapid: "RAPID",
  /** Two to three months after Rapid. */
  Regular: "REGULAR",
  /** Two to three months after Regular. */
  Stable: "STABLE",
  /** Like Regular, but a version is supported for 24 months; the last ten cost extra. */
  Extended: "EXTENDED",
} as const;
/** A value of the constant of the same name. */
export type ReleaseChannel = (typeof ReleaseChannel)[keyof typeof ReleaseChannel];

/** A day of the week, abbreviated as in iCalendar. */
export const Weekday = {
  Monday: "MO",
  Tuesday: "TU",
  Wednesday: "WE",
  Thursday: "TH",
  Friday: "FR",
  Saturday: "SA",
  Sunday: "SU",
} as const;
/** A value of the constant of the same name. */
export type Weekday = (typeof Weekday)[keyof typeof Weekday];

/** What a key in your project encrypts. Everything else is encrypted with keys of Google. */
export const EncryptionScope = {
  /** Nothing: all keys are Google's. */
  Google: "google",
  /** Kubernetes Secrets, before they are written to the cluster's database. */
  Secrets: "secrets",
  /** Secrets and the boot disks of nodes. With the key, `StorageClasses` encrypts volumes, too. */
  Disks: "disks",
} as const;
/** A value of the constant of the same name. */
export type EncryptionScope = (typeof EncryptionScope)[keyof typeof EncryptionScope];

/** Which images Binary Authorization admits. */
export const BinaryAuthorization = {
  /** All. */
  Off: "off",
  /** Those of the project's policy, which you manage. Google's default policy admits all. */
  Project: "project",
  /** All; pods with others than the trusted images are logged in Cloud Audit Logs. */
  Audit: "audit",
  /** The trusted images only. */
  Enforce: "enforce",
} as const;
/** A value of the constant of the same name. */
export type BinaryAuthorization = (typeof BinaryAuthorization)[keyof typeof BinaryAuthorization];

/** How GKE replaces the nodes of a pool by upgraded ones. */
export const UpgradeStrategy = {
  /** One by one: adds a node, then drains and removes one. */
  Surge: "surge",
  /** Adds a full second set of nodes, drains the first set node by node, and keeps it for a while, for a rollback. */
  BlueGreen: "blue-green",
} as const;
/** A value of the constant of the same name. */
export type UpgradeStrategy = (typeof UpgradeStrategy)[keyof typeof UpgradeStrategy];

/** Upgrades that a maintenance exclusion prevents. */
export const ExclusionScope = {
  /** All upgrades. */
  All: "NO_UPGRADES",
  /** New minor versions. */
  Minor: "NO_MINOR_UPGRADES",
  /** New minor versions, and all upgrades of nodes. */
  MinorAndNodes: "NO_MINOR_OR_NODE_UPGRADES",
} as const;
/** A value of the constant of the same name. */
export type ExclusionScope = (typeof ExclusionScope)[keyof typeof ExclusionScope];

/** Metrics of GKE. */
export const MetricPackage = {
  /** Nodes, pods, and control plane availability. Free. */
  System: "SYSTEM_COMPONENTS",
  Storage: "STORAGE",
  Autoscaling: "HPA",
  Pods: "POD",
  DaemonSets: "DAEMONSET",
  Deployments: "DEPLOYMENT",
  StatefulSets: "STATEFULSET",
  Kubelet: "KUBELET",
  Containers: "CADVISOR",
  ApiServer: "APISERVER",
  Scheduler: "SCHEDULER",
  ControllerManager: "CONTROLLER_MANAGER",
} as const;
/** A value of the constant of the same name. */
export type MetricPackage = (typeof MetricPackage)[keyof typeof MetricPackage];
