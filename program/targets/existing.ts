import * as kubernetes from "@pulumi/kubernetes";
import type { Settings } from "../settings/load";
import type { TargetProfile } from "./profile";

/** A cluster that is there, under the name that a kubeconfig gives it. */
export function existingCluster(settings: Settings): TargetProfile {
  return {
    provider: new kubernetes.Provider("cluster", {
      context: settings.kubeContext,
      kubeconfig: settings.kubeconfigPath || undefined,
    }),
    imageRepository: settings.imageRepository,
    storageClass: settings.brokerStorageClass || undefined,
    spotPlacement: {},
    foundations: [],
  };
}
