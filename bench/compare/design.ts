import type { Cluster } from "../../operate/cluster/cluster";
import type { Installation } from "../../operate/cluster/installation";
import type { Scene } from "../../operate/drill/scenes/scene";
import type { Report } from "../../local/report";

/** A way to run Celery that `make compare` installs beside ours. */
export interface Design {
  /** Name on the command line and in the results: `careful`. */
  readonly name: string;
  readonly namespace: string;
  /** Installs the design, and waits until its workers consume. */
  install(site: Site, signal: AbortSignal): Promise<Installation>;
  /** Replaces the parts of a scene that only RabbitMQ has. */
  scene?(scene: Scene): Scene;
  /** Empties a queue. Default: that of RabbitMQ. */
  readonly purge?: Purge;
}

/** Command in the broker that leads a queue, which deletes all its tasks. */
export type Purge = (queue: string, vhost: string) => readonly string[];

export const purgeRabbitMq: Purge = (queue, vhost) => [
  "rabbitmqctl",
  "--quiet",
  "purge_queue",
  `--vhost=${vhost}`,
  queue,
];

/** Where designs are installed, and what all of them share. */
export interface Site {
  readonly cluster: Cluster;
  /** Registry from which the cluster pulls images. */
  readonly registry: string;
  /** Our worker image, so that all designs have the same Python and Celery. */
  readonly workerImage: string;
  /** Concurrent tasks per worker. */
  readonly concurrency: number;
  readonly report: Report;
}
