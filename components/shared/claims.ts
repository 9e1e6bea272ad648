import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Volume } from "../types";
import type { Labels } from "./labels";
import { rejectUpdates } from "./rejectUpdates";

/** Annotation that records the storage class, empty for the default class. Compared instead of the field, whose changes
 * are ignored because they would replace the object. */
export const STORAGE_CLASS = "ha-celery/storage-class";

/** Owner and storage of a claim. */
export interface ClaimOwner {
  name: string;
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

interface ClaimInputs {
  metadata?: { annotations?: Record<string, string> };
  spec?: { storageClassName?: string };
}

/** Creates the claim of a component with a single pod. `loss` is what an empty volume would cost. */
export function createClaim(
  parent: pulumi.Resource,
  component: string,
  { name, namespace, labels, storage }: ClaimOwner,
  loss: string,
): k8s.core.v1.PersistentVolumeClaim {
  const annotations = { [STORAGE_CLASS]: storage.className ?? "" };
  return new k8s.core.v1.PersistentVolumeClaim(
    `${name}-data`,
    { metadata: { namespace, labels, annotations }, spec: claimSpec(storage) },
    {
      parent,
      ignoreChanges: ["spec.storageClassName"],
      hooks: rejectUpdates<ClaimInputs>({
        component,
        name,
        // Components of one name have a hook each.
        suffix: `${component}-volume`,
        problems: (old, next) => classProblems(old, next, loss),
      }),
    },
  );
}

function classProblems(before: ClaimInputs, after: ClaimInputs, loss: string): string[] {
  const recorded = before.metadata?.annotations?.[STORAGE_CLASS];
  const next = after.metadata?.annotations?.[STORAGE_CLASS] ?? "";
  // A claim that an older version created. Its class may come from a transformation, and stays.
  if (recorded === undefined && next === "") return [];
  const old = recorded ?? before.spec?.storageClassName ?? "";
  return old === next
    ? []
    : [
        `${classChange(old, next)} The class of a claim is immutable, and a new volume would be empty: ${loss}. Set it back, or accept that: remove the component, run \`pulumi up\`, add it again.`,
      ];
}

/** What changed, for messages. */
export function classChange(old: string, next: string): string {
  const named = (name: string) => name || "the default class";
  return `storage.className changed ${named(old)} -> ${named(next)}.`;
}
