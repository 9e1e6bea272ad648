import { type Settings, Target } from "../settings/load";
import { existingCluster } from "./existing";
import { gkeCluster } from "./gke";
import type { TargetProfile } from "./profile";

const PREPARE: Record<Target, (settings: Settings) => TargetProfile> = {
  [Target.Gke]: gkeCluster,
  [Target.Existing]: existingCluster,
  [Target.Local]: existingCluster,
};

/** Creates or looks up the cluster that the stack runs on. */
export function prepareTarget(settings: Settings): TargetProfile {
  return PREPARE[settings.target](settings);
}
