import type * as pulumi from "@pulumi/pulumi";
import { diskTypesOf } from "../diskTypes";
import { rejectUpdates } from "../shared/rejectUpdates";

interface PoolInputs {
  nodeConfig?: { machineType?: string };
}

/** Problems of replacing machines by others. None if a machine is unknown. */
export function machineChangeProblems(old: string | undefined, next: string | undefined): string[] {
  if (old === undefined || next === undefined) return [];
  const possible = diskTypesOf(next);
  if (diskTypesOf(old).some((type) => possible.includes(type))) return [];
  return [
    `machineType changed ${old} -> ${next}, which cannot attach the disks of the volumes, so every broker would stop. Set it back, and create a second cluster: docs/how-to/gke.md#machines-and-disks. If no pod has a volume, set deletionProtection to false for this update.`,
  ];
}

/** Fails an update or preview after which the nodes could attach no volume that exists. */
export function rejectMachineChange(name: string): pulumi.ResourceHookBinding {
  return rejectUpdates<PoolInputs>({
    component: "GkeCluster",
    name,
    suffix: "machines",
    problems: (old, next) => machineChangeProblems(old.nodeConfig?.machineType, next.nodeConfig?.machineType),
  });
}
