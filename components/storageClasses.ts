import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "./shared/labels";
import { type Validation, oneOf } from "./shared/checks";
import { outputsOf, requireKubernetesProvider, validate } from "./shared/component";
import { OnDelete } from "./types";

/** Disk type of Google Cloud. All of them become faster as they grow. */
export const DiskType = {
  /** Hard disk, the cheapest. Enough for queued tasks, slow when a long backlog is read back. */
  Standard: "pd-standard",
  /** SSD, between the others in price and speed. */
  Balanced: "pd-balanced",
  /** SSD, the fastest: the most publisher confirms per second. */
  Ssd: "pd-ssd",
} as const;
/** A value of the constant of the same name. */
export type DiskType = (typeof DiskType)[keyof typeof DiskType];

/** Arguments of `StorageClasses`. */
export interface StorageClassesArgs {
  /** Disk type of the class `standard`. Changing it affects new volumes only.
   * @default `pd-balanced` */
  standardType?: DiskType;
  /** Whether a disk is deleted with its claim, for example when the claim's namespace is deleted. Retained disks
   * keep costing money. Changing it affects new volumes only.
   * @default `retain` */
  onDelete?: OnDelete;
}

const STORAGE_CLASSES: Validation<StorageClassesArgs> = {
  checks: { standardType: oneOf(DiskType), onDelete: oneOf(OnDelete) },
  rules: [],
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
    const { standardType = DiskType.Balanced, onDelete = OnDelete.Retain } = args;

    const classOf = (suffix: string, type: DiskType) =>
      new k8s.storage.v1.StorageClass(`${name}-${suffix}`, storageClass(name, suffix, type, onDelete), {
        parent: this,
      });
    this.standard = classOf("standard", standardType).metadata.name;
    this.ssd = classOf("ssd", DiskType.Ssd).metadata.name;
    this.registerOutputs(outputsOf(this));
  }
}

function storageClass(
  name: string,
  suffix: string,
  type: DiskType,
  onDelete: OnDelete,
): k8s.storage.v1.StorageClassArgs {
  return {
    metadata: { name: `${name}-${suffix}`, labels: labelsOf("persistent-disk", name, "storage") },
    provisioner: PROVISIONER,
    parameters: { type },
    // A disk exists in one zone, so the scheduler selects the zone before the disk is created.
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
    reclaimPolicy: onDelete === OnDelete.Delete ? "Delete" : "Retain",
  };
}
