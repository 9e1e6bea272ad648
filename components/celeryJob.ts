import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { job } from "./celery/job";
import { resolveJob } from "./celery/settings";
import { jobProblems } from "./celery/validation";
import { PartsOf } from "./shared/partsOf";
import { nameProblems, refuse, requireKubernetesProvider } from "./shared/validation";
import { BrokerConnection, CeleryOptions, Compute, LedgerConnection } from "./types";

/** What `CeleryJob` and the job of a `HaCelery` have in common. A Job cannot change: changing anything runs a new one. */
export interface JobOptions extends CeleryOptions {
  /** Tasks to publish.
   * @default 10000 */
  tasks?: number;
  /** Name of the run; the ids of its tasks begin with it. A new name schedules all tasks once more.
   * @default `run-1` */
  run?: string;
  /** The container's command.
   * @default `python -m counter.scheduler` */
  command?: string[];
  /** All queues of the application, the one for tasks that name no queue first. `HaCelery` takes those of its worker pools.
   * @default `["tasks"]` */
  queues?: string[];
  /** Pods that may fail before the Job is given up. A pod whose node is drained or lost counts too, see `CeleryJob`.
   * @default 10 */
  backoffLimit?: number;
  /** CPU and memory of the pod.
   * @default 100m of CPU requested, 256Mi of memory */
  compute?: Compute;
  /** How long `pulumi up` waits until the Job is complete, for example `1h`.
   * @default `30m` */
  completionTimeout?: string;
}

/** Arguments of `CeleryJob`. */
export interface CeleryJobArgs extends JobOptions {
  /** Namespace of every object. */
  namespace: pulumi.Input<string>;
  /** Image with the application and the `ha_celery` Python package, by digest. */
  image: pulumi.Input<string>;
  /** The broker, for example `RabbitMqCluster.connection`. */
  broker: BrokerConnection;
  /** What remembers the tasks that are published, so that a restarted pod goes on instead of beginning again.
   * @default nothing: a restarted pod publishes every task again, under the same id */
  ledger?: LedgerConnection;
}

interface Parts {
  job: k8s.batch.v1.Job;
}
const parts = new PartsOf<CeleryJob, Parts>();

/**
 * A Job that publishes tasks, each until the broker confirmed it. It may be killed at any time: a new pod takes over, and the ids
 * of the tasks are the same every time.
 *
 * The finished Job stays, as proof and for its log, until the component is deleted or changed.
 *
 * @example
 * ```ts
 * new CeleryJob("nightly", { namespace: "jobs", image: app.ref, broker: broker.connection, run: "2026-11-23" }, { provider: cluster.provider });
 * ```
 */
export class CeleryJob extends pulumi.ComponentResource {
  /** Name of the Job. */
  readonly jobName: pulumi.Output<string>;
  /** Name of the run. */
  readonly run: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 40 characters; unique in the namespace.
   * @param args See `CeleryJobArgs`.
   * @param opts Must give a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that names every problem of `args` at once.
   */
  constructor(name: string, args: CeleryJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:CeleryJob", name, args, opts);
    requireKubernetesProvider(this, "CeleryJob", name);
    refuse(this, "CeleryJob", name, [...nameProblems("name", name), ...jobProblems(args)]);
    const settings = resolveJob(name, args);

    const run = new k8s.batch.v1.Job(`${name}-run`, job(settings), {
      parent: this,
      customTimeouts: { create: settings.completionTimeout, update: settings.completionTimeout },
    });

    this.jobName = run.metadata.name;
    this.run = pulumi.output(settings.run);
    parts.set(this, { job: run });
    this.registerOutputs({ jobName: this.jobName, run: this.run });
  }

  /** The Kubernetes Job. */
  get job(): k8s.batch.v1.Job {
    return parts.of(this).job;
  }
}
