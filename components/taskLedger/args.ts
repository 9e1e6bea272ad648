import type * as pulumi from "@pulumi/pulumi";
import type { Compute, Placement, Volume } from "../types";

/** Arguments that `TaskLedger` shares with the ledger of a `HaCelery`. */
export interface LedgerOptions extends Placement {
  /** The volume. Kubernetes cannot shrink it. Changing its class is an error, because a new volume would be empty.
   * @default 1Gi of the cluster's default class, deleted with the ledger */
  storage?: Volume;
  /** CPU and memory of the pod. Changing it restarts the ledger.
   * @default a CPU request of 100m, 256Mi of memory */
  compute?: Compute;
  /** User and group ID of the container.
   * @default 10001, the user of docker/worker */
  runAsUser?: number;
  /** How long `pulumi up` waits for the ledger to become ready, for example `5m`.
   * @default `10m` */
  readyTimeout?: string;
}

/** Arguments of `TaskLedger`. */
export interface TaskLedgerArgs extends LedgerOptions {
  /** Namespace of every object. */
  namespace: pulumi.Input<string>;
  /** Image with Python and, unless `inject` is set, the `ha_celery` Python package; by digest. */
  image: pulumi.Input<string>;
  /** Adds the `ha_celery` Python package to the pod. See `CeleryOptions.inject`.
   * @default false; the image has the package */
  inject?: boolean;
}
