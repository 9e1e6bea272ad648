import * as kubernetes from "@pulumi/kubernetes";
import { Settings } from "./config";

/** What differs between one place to run and another; everything else is the same everywhere. */
export interface TargetProfile {
  /** Provider of the cluster that everything is deployed to. */
  readonly provider: kubernetes.Provider;
  /** Registry and path that images are pushed to. */
  readonly imageRepository: string;
}

/** Turns the stack's settings into the place where it runs. */
export function prepareTarget(settings: Settings): TargetProfile {
  return {
    provider: new kubernetes.Provider("cluster", {
      context: settings.kubeContext,
      kubeconfig: settings.kubeconfigPath || undefined,
    }),
    imageRepository: settings.imageRepository,
  };
}
