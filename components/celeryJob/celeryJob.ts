import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { jobArgs } from "./job";
import { packageOf } from "../inject/package";
import { resolveJob } from "./resolve";
import { CELERY_JOB } from "./validation";
import { replaceable } from "../shared/childOptions";
import { outputsOf, requireKubernetesProvider, validate } from "../shared/component";
import { PartsOf } from "../shared/partsOf";
import { JOB_GUARDS } from "../transform/guards";
import { transformed } from "../transform/transformed";
import type { CeleryJobArgs } from "./args";

interface Parts {
  job: k8s.batch.v1.Job;
}
const parts = new PartsOf<CeleryJob, Parts>();

/**
 * A Job that publishes tasks and waits for the broker to confirm each. It can be killed at any time: a new pod
 * takes over, with the same task IDs.
 *
 * The finished Job and its log remain until the component is deleted or changed.
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
   * @param opts Requires a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: CeleryJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:CeleryJob", name, args, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, CELERY_JOB);
    const job = resolveJob(name, args);

    const packageNames = packageOf(this, job, opts?.parent);
    const run = new k8s.batch.v1.Job(
      `${name}-run`,
      transformed(this, job, "job", jobArgs(job, packageNames), JOB_GUARDS),
      {
        ...replaceable(this),
        customTimeouts: { create: job.completionTimeout, update: job.completionTimeout },
      },
    );

    this.jobName = run.metadata.name;
    this.run = pulumi.output(job.run);
    parts.set(this, { job: run });
    this.registerOutputs(outputsOf(this));
  }

  /** The Kubernetes Job. */
  get job(): k8s.batch.v1.Job {
    return parts.of(this).job;
  }
}
