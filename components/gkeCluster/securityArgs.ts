import type * as pulumi from "@pulumi/pulumi";
import type { BinaryAuthorization, EncryptionScope, UpgradeStrategy } from "./choices";

// Numbers are those of the CIS Google Kubernetes Engine Benchmark 1.6.0. Sources of fields and of what a change does:
// the resource schemas of the provider (google-beta 7.45), which @pulumi/gcp 9.37 wraps.

/** Encryption with a key in Cloud KMS. */
export interface ClusterEncryption {
  /** What the key encrypts (CIS 5.3.1 Secrets, 5.9.2 boot disks). A change between `google` and `secrets` is in place.
   * A change to or from `disks` replaces the node pools, so `deletionProtection` refuses it. Compute Engine may use the
   * key of `disks` until you revoke the grant by hand, because existing volumes keep the key: see
   * `docs/how-to/gke.md#the-key`. Costs $0.06 a month for each version of the key, and $0.03 for 10,000 uses.
   * @default `secrets` */
  scope?: EncryptionScope;
  /** Existing key, `projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY`, in the cluster's region. The
   * component grants its use to Google's service agents. When it changes, GKE encrypts all Secrets again, so the old
   * and the new key must stay usable until the update has succeeded. Existing volumes keep the old key. If the scope is
   * `disks`, the pools are replaced.
   * @default a new key in a new key ring. Both outlive the stack, because retained disks and backups cannot be read
   * without the key, and Google cannot delete key rings */
  key?: pulumi.Input<string>;
  /** Days after which the new key gets another version. Data stay readable with the former ones. In place.
   * @default 90 */
  rotationDays?: number;
}

/** Protection of nodes, pods and network. */
export interface ClusterSecurity {
  /** Which images may run (CIS 5.1.4, 5.10.4). `audit` and `enforce` manage the Binary Authorization policy of the
   * project, so only one cluster of a project may have one of them; other clusters of the project get a rule that
   * admits all images. In place. Google bills a fee per cluster
   * (https://cloud.google.com/binary-authorization/pricing).
   * @default `project` */
  binaryAuthorization?: BinaryAuthorization;
  /** Images that `audit` and `enforce` trust, besides those of Google's own components: a path in a registry, which may
   * end in `*` for one level or `**` for all. In place.
   * @default the registries of the project in the cluster's region, `REGION-docker.pkg.dev/PROJECT/**` */
  trustedImages?: string[];
  /** Whether half of the connections of nodes and pods are logged, in summaries of 10 minutes (CIS 5.6.1). Not for an
   * existing `subnetwork`, which has its own setting. In place. Costs $0.25 for each GB of logs
   * (https://cloud.google.com/stackdriver/pricing).
   * @default true for a new network */
  flowLogs?: boolean;
  /** Whether traffic between pods of a node passes the network, so that flow logs and firewall rules apply to it (CIS
   * 5.6.1). In place; GKE restarts control plane and nodes for it. Free.
   * @default true */
  intranodeVisibility?: boolean;
  /** Whether the security posture dashboard checks the configuration of workloads (CIS 5.10.5). In place. Free. It does
   * not scan running pods for vulnerabilities: Google removed that
   * (https://cloud.google.com/kubernetes-engine/docs/deprecations/vulnerability-scanning-gkee). `ContainerRegistry`
   * scans images.
   * @default true */
  posture?: boolean;
  /** Whether RBAC bindings may name the groups `system:authenticated`, which is everyone with a Google account, and
   * `system:unauthenticated`, or the user `system:anonymous` (CIS 4.1.9, 4.1.10). Existing bindings stay. In place. Free.
   * @default false */
  systemGroupBindings?: boolean;
  /** Whether the kubelet serves unauthenticated metrics on port 10255, for old monitoring agents (CIS 3.2.4). Changing
   * it replaces the nodes one by one. Free.
   * @default false */
  kubeletReadOnlyPort?: boolean;
}

/** How GKE upgrades nodes. Evicted pods have an hour at most, whatever their grace period: a broker takes up to 600 s,
 * and tasks that run longer than an hour are killed and run again. */
export interface NodeUpgrades {
  /** In place. With `blue-green`, the project needs quotas for twice the machines and pays for them during an upgrade.
   * @default `surge` */
  strategy?: UpgradeStrategy;
  /** Minutes for which drained nodes are kept for a rollback with `blue-green`, up to 10,080 (7 days). In place.
   * @default 60 */
  soakMinutes?: number;
}

/** A plan of Backup for GKE. It restores objects and volumes to the state of one time. Brokers that are restored do
 * not know later tasks, and tasks that were finished since run again. */
export interface ClusterBackup {
  /** When backups start, in UTC and the format of cron: minute, hour, day, month, weekday. In place.
   * @default `0 2 * * *`, every day at 02:00 */
  schedule?: string;
  /** Days after which a backup is deleted. In place.
   * @default 7 */
  retainDays?: number;
  /** Namespaces to back up. In place.
   * @default all */
  namespaces?: pulumi.Input<string>[];
}
