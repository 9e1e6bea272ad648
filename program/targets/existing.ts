import * as kubernetes from "@pulumi/kubernetes";
import type { Settings } from "../settings/load";
import type { TargetProfile } from "./profile";

/** An existing cluster, by its context in a kubeconfig. */
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
