import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../components";

/** Everything that differs between targets. */
export interface TargetProfile {
  /** Kubernetes provider of the cluster. */
  readonly provider: kubernetes.Provider;
  /** Registry and path that images are pushed to. */
  readonly imageRepository: pulumi.Input<string>;
  /** StorageClass of volumes; undefined for the cluster's default class. */
  readonly storageClass?: string;
  /** Placement of pods on spot nodes. */
  readonly spotPlacement: Placement;
  /** Resources that must exist before the first pod. */
  readonly foundations: pulumi.Resource[];
  /** Kubeconfig of a cluster that the stack created. Secret. */
  readonly kubeconfig?: pulumi.Output<string>;
}
