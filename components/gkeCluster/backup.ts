import * as gcp from "@pulumi/gcp";
import type { ChildOptions } from "./children";
import type { ResolvedCluster } from "./resolve";
import { stateful } from "../shared/childOptions";

export const DEFAULT_BACKUP = { schedule: "0 2 * * *", retainDays: 7 };

/** Plan that backs up objects, Secrets, and volumes. */
export function backupPlan(
  { name, project, region, labels, backup, deletionProtection }: ResolvedCluster,
  cluster: gcp.container.Cluster,
  child: ChildOptions,
): void {
  if (!backup) return;
  const { schedule = DEFAULT_BACKUP.schedule, retainDays = DEFAULT_BACKUP.retainDays, namespaces } = backup;
  new gcp.gkebackup.BackupPlan(
    `${name}-backups`,
    {
      project,
      location: region,
      cluster: cluster.id,
      labels,
      backupSchedule: { cronSchedule: schedule },
      retentionPolicy: { backupRetainDays: retainDays },
      backupConfig: {
        includeVolumeData: true,
        includeSecrets: true,
        ...(namespaces ? { selectedNamespaces: { namespaces } } : { allNamespaces: true }),
      },
    },
    { ...child, ...stateful(child.parent, deletionProtection) },
  );
}
