import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../components";

/** What differs between one place to run and another; everything else is the same everywhere. */
export interface TargetProfile {
  /** Provider of the cluster that everything is deployed to. */
  readonly provider: kubernetes.Provider;
  /** Registry and path that images are pushed to. */
  readonly imageRepository: pulumi.Input<string>;
  /** StorageClass of volumes; undefined: the cluster's default class. */
  readonly storageClass?: string;
  /** What puts pods on spot nodes. */
  readonly spotPlacement: Placement;
  /** What must be there before the first pod. */
  readonly foundations: pulumi.Resource[];
  /** Kubeconfig of a cluster that the stack made. Secret. */
  readonly kubeconfig?: pulumi.Output<string>;
}
