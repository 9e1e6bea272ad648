import type * as pulumi from "@pulumi/pulumi";
import type { Compute, Placement, Volume } from "../types";

/** What `TaskLedger` and the ledger of a `HaCelery` have in common. */
export interface LedgerOptions extends Placement {
  /** The volume. Kubernetes cannot change its class in place, nor make it smaller.
   * @default 1Gi of the cluster's default class, deleted with the ledger */
  storage?: Volume;
  /** CPU and memory of the pod. Changing it restarts the ledger.
   * @default 100m of CPU requested, 256Mi of memory */
  compute?: Compute;
  /** User and group id that the container runs as.
   * @default 10001, that of docker/worker */
  runAsUser?: number;
  /** How long `pulumi up` waits until the ledger is ready, for example `5m`.
   * @default `10m` */
  readyTimeout?: string;
}

/** Arguments of `TaskLedger`. */
export interface TaskLedgerArgs extends LedgerOptions {
  /** Namespace of every object. */
  namespace: pulumi.Input<string>;
  /** Image with the `ha_celery` Python package, by digest. */
  image: pulumi.Input<string>;
}
