import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { balancedDisk, DiskType, diskTypesOf, familyOf, fastestDisk } from "./diskTypes";
import { DEFAULT_MACHINE } from "./gkeCluster/resolve";
import { encryptionKey } from "./gkeCluster/securityValidation";
import { machineType } from "./gkeCluster/validation";
import { replaceable } from "./shared/childOptions";
import { labelsOf } from "./shared/labels";
import { type Validation, oneOf, quote } from "./shared/checks";
import { outputsOf, requireKubernetesProvider, validate } from "./shared/component";
import { OnDelete } from "./types";

/** Arguments of `StorageClasses`. */
export interface StorageClassesArgs {
  /** Machine type of the nodes that use the volumes. Newer families, such as `n4` and `c4`, take Hyperdisks only. A
   * change to such a family affects new volumes only, and existing ones cannot be attached to the new nodes.
   * @default `e2-standard-4` */
  machineType?: string;
  /** Disk type of the class `standard`, one that `machineType` supports. Changing it affects new volumes only.
   * @default `pd-balanced`, or `hyperdisk-balanced` if the machines take Hyperdisks only */
  standardType?: DiskType;
  /** Key in Cloud KMS that encrypts the volumes (CIS 5.9.1), in their region, such as `encryptionKey` of a `GkeCluster`
   * whose encryption has the scope `disks`. An existing key must let the service agent of Compute Engine use it.
   * Changing it affects new volumes only. Volumes cannot be read without the key.
   * @default keys of Google */
  encryptionKey?: pulumi.Input<string>;
  /** Whether a disk is deleted with its claim, for example when the claim's namespace is deleted. Retained disks
   * keep costing money. Changing it replaces the classes and affects new volumes only.
   * @default `retain` */
  onDelete?: OnDelete;
}

const STORAGE_CLASSES: Validation<StorageClassesArgs> = {
  checks: { machineType, standardType: oneOf(DiskType), encryptionKey, onDelete: oneOf(OnDelete) },
  rules: [
    {
      needs: ["machineType", "standardType"],
      problems: ({ machineType = DEFAULT_MACHINE, standardType }) => {
        const possible = diskTypesOf(machineType);
        if (standardType === undefined || possible.includes(standardType)) return [];
        return [
          `standardType is ${quote(standardType)}, which machines of the family ${familyOf(machineType)} cannot attach. Use ${possible.map(quote).join(" or ")}, or another machineType.`,
        ];
      },
    },
  ],
};

const PROVISIONER = "pd.csi.storage.gke.io";

/**
 * Two StorageClasses on GKE for the volumes of brokers and ledgers. Volumes are created in the zone of the pod and
 * grow without a restart.
 *
 * Their names start with the component's name, because GKE has its own classes, one of which is named `standard`.
 *
 * @example
 * ```ts
 * const disks = new StorageClasses("celery", {}, { provider: cluster.provider });
 * new RabbitMqCluster("tasks", { storage: { size: "50Gi", className: "celery-ssd" }, ... }, { provider: cluster.provider, dependsOn: disks });
 * ```
 */
export class StorageClasses extends pulumi.ComponentResource {
  /** Name of the class of `standardType`, `NAME-standard`. */
  readonly standard: pulumi.Output<string>;
  /** Name of the class with the fastest disks, `NAME-ssd`. */
  readonly ssd: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 40 characters; unique in the Kubernetes cluster.
   * @param args See `StorageClassesArgs`.
   * @param opts Requires a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: StorageClassesArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:StorageClasses", name, args, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, STORAGE_CLASSES);
    const { machineType = DEFAULT_MACHINE } = args;

    const classOf = (suffix: string, type: DiskType) =>
      new k8s.storage.v1.StorageClass(`${name}-${suffix}`, storageClass(name, suffix, type, args), {
        ...replaceable(this),
        // Kubernetes refuses to change it, and the provider would try to. Volumes do not depend on their class.
        replaceOnChanges: ["reclaimPolicy"],
        deleteBeforeReplace: true,
      });
    this.standard = classOf("standard", args.standardType ?? balancedDisk(machineType)).metadata.name;
    this.ssd = classOf("ssd", fastestDisk(machineType)).metadata.name;
    this.registerOutputs(outputsOf(this));
  }
}

function storageClass(
  name: string,
  suffix: string,
  type: DiskType,
  { onDelete = OnDelete.Retain, encryptionKey }: StorageClassesArgs,
): k8s.storage.v1.StorageClassArgs {
  return {
    metadata: { name: `${name}-${suffix}`, labels: labelsOf("persistent-disk", name, "storage") },
    provisioner: PROVISIONER,
    parameters: { type, ...(encryptionKey !== undefined && { "disk-encryption-kms-key": encryptionKey }) },
    // A disk exists in one zone, so the scheduler selects the zone before the disk is created.
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
    reclaimPolicy: onDelete === OnDelete.Delete ? "Delete" : "Retain",
  };
}
