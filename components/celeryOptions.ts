import type * as pulumi from "@pulumi/pulumi";
import type { PodOptions } from "./podOptions/args";
import type { Placement, SecretKey } from "./types";

/** Arguments of every component that runs an application's code. Changing one replaces the pods. */
export interface CeleryOptions extends Placement {
  /** Environment variables of the application.
   * @default none */
  env?: Record<string, pulumi.Input<string>>;
  /** Environment variables of the application with values from Secrets in the namespace.
   * @default none */
  envFromSecrets?: Record<string, SecretKey>;
  /** Secret key with the URL of Celery's result backend, for example `redis://:password@redis:6379/0`. You run the
   * backend, and install its Python package (`redis`) in the image. A client that calls `delay()` needs the
   * backend too: without it, the call fails after about 20 s. A beat does not need it. `rpc://` is not supported,
   * because its queues are lost with their broker node.
   * @default none; results are discarded */
  resultBackend?: SecretKey;
  /** User and group ID of the containers.
   * @default 10001, the user of docker/worker */
  runAsUser?: number;
  /** Adds the `ha_celery` Python package to the pods, so that the image needs only Celery 5.5 to 5.7 on Python 3.10
   * or later, and the application. `CELERY_LOADER` configures the application, whose code stays as it is. The image
   * needs `sh`. A process does not start if the application names its own loader or if the image has `ha_celery` in
   * its working directory; an installed `ha_celery` is not used. Costs two ConfigMaps, about 280 kB in total; a new
   * version of this library replaces the pods.
   * @default false; the image has the package
   * @example `inject: true` */
  inject?: boolean;
  /** Additions to the pods: a ServiceAccount, volumes, sidecars, labels and others.
   * @default none */
  pod?: PodOptions;
}
