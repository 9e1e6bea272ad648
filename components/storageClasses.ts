import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "./shared/labels";
import { type Validation, oneOf } from "./shared/checks";
import { outputsOf, requireKubernetesProvider, validate } from "./shared/component";
import { OnDelete } from "./types";

/** A kind of disk of Google Cloud. Each grows faster with its size. */
export const DiskType = {
  /** Hard disks, the cheapest: enough for tasks that wait in queues, slow to read a long queue back. */
  Standard: "pd-standard",
  /** Solid state, between the others in price and speed. */
  Balanced: "pd-balanced",
  /** Solid state, the fastest: most publisher confirms a second. */
  Ssd: "pd-ssd",
} as const;
/** A value of the constant of the same name. */
export type DiskType = (typeof DiskType)[keyof typeof DiskType];

/** Arguments of `StorageClasses`. */
export interface StorageClassesArgs {
  /** Disks of the class `standard`. Changing it concerns volumes that are made from then on.
   * @default `pd-balanced` */
  standardType?: DiskType;
  /** What becomes of a disk when its claim is deleted, as with the claim's namespace. Retained disks go on costing money.
   * Changing it concerns volumes that are made from then on.
   * @default `retain` */
  onDelete?: OnDelete;
}

const STORAGE_CLASSES: Validation<StorageClassesArgs> = {
  checks: { standardType: oneOf(DiskType), onDelete: oneOf(OnDelete) },
  rules: [],
};

const PROVISIONER = "pd.csi.storage.gke.io";

/**
 * Two StorageClasses on GKE for the volumes of brokers and ledgers: made in the zone of the pod, and growing without a restart.
 *
 * Their names begin with the component's, because GKE has classes of its own, one of them called `standard`.
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
  /** Name of the class of the fastest disks, `NAME-ssd`. */
  readonly ssd: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 40 characters; unique in the Kubernetes cluster.
   * @param args See `StorageClassesArgs`.
   * @param opts Must give a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that names every problem of `args` at once.
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
    // A disk is of one zone: the scheduler chooses the zone, then the disk is made.
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
    reclaimPolicy: onDelete === OnDelete.Delete ? "Delete" : "Retain",
  };
}
