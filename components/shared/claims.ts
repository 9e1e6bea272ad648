import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Volume } from "../types";
import type { Labels } from "./labels";

/** Owner and storage of a claim. */
export interface ClaimOwner {
  namespace: pulumi.Input<string>;
  labels: Labels;
  storage: Volume;
}

/** A volume that one Kubernetes node can mount at a time. */
export function claimSpec({
  size = "",
  className,
}: Volume): k8s.types.input.core.v1.PersistentVolumeClaimSpec {
  return {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: size } },
    ...(className && { storageClassName: className }),
  };
}

/** The volume of a component with a single pod. */
export function claim({ namespace, labels, storage }: ClaimOwner): k8s.core.v1.PersistentVolumeClaimArgs {
  return { metadata: { namespace, labels }, spec: claimSpec(storage) };
}
