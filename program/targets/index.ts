import { type Settings, Target } from "../settings/load";
import { existingCluster } from "./existing";
import { gkeCluster } from "./gke";
import type { TargetProfile } from "./profile";

const PREPARE: Record<Target, (settings: Settings) => TargetProfile> = {
  [Target.Gke]: gkeCluster,
  [Target.Existing]: existingCluster,
  [Target.Local]: existingCluster,
};

/** Turns the stack's settings into the place where it runs. */
export function prepareTarget(settings: Settings): TargetProfile {
  return PREPARE[settings.target](settings);
}
