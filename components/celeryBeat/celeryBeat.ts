import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beatDeployment } from "./deployment";
import { packageOf } from "../inject/package";
import { resolveBeat } from "./resolve";
import { CELERY_BEAT } from "./validation";
import { admitMonitoring } from "../shared/celery/metrics";
import { createClaim } from "../shared/claims";
import { outputsOf, requireKubernetesProvider, validate } from "../shared/component";
import { PartsOf } from "../shared/partsOf";
import { BEAT_GUARDS } from "../transform/guards";
import { transformed } from "../transform/transformed";
import type { CeleryBeatArgs } from "./args";

interface Parts {
  deployment: k8s.apps.v1.Deployment;
}
const parts = new PartsOf<CeleryBeat, Parts>();

/**
 * Publishes the periodic tasks of an application. A run is recorded once the broker has confirmed its task, so no
 * run is lost when the beat restarts or the broker is unavailable. Missed runs are published once, not once per
 * period. If the pod dies between the confirm and the record, that run is repeated with the same task ID.
 *
 * Exactly one pod runs: the next one starts after the previous one has ended. The pod moves within half a minute
 * when its Kubernetes node is drained. When the node is lost, the pod may still be running there, so its volume
 * stays locked until the node returns, is deleted (as GKE's auto-repair does), or gets the taint
 * `node.kubernetes.io/out-of-service`. Periodic tasks wait until then; all other tasks continue.
 *
 * The pod is ready while nothing is overdue. Its probes require `find` of GNU findutils, which every Debian-based
 * image has.
 *
 * @example
 * ```ts
 * new CeleryBeat("clock", { namespace: "jobs", image: app.ref, app: "mail.tasks", broker: broker.connection }, { provider: cluster.provider });
 * ```
 */
export class CeleryBeat extends pulumi.ComponentResource {
  /** Name of the Deployment. */
  readonly deploymentName: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 40 characters; unique in the namespace.
   * @param args See `CeleryBeatArgs`.
   * @param opts Requires a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: CeleryBeatArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:CeleryBeat", name, args, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, CELERY_BEAT);
    const beat = resolveBeat(name, args);

    // ReadWriteOnce, so that a beat on an unreachable node and its successor never both run.
    const data = createClaim(this, "CeleryBeat", beat, "beat would forget its last runs");
    const packageNames = packageOf(this, beat, opts?.parent);
    const pod = new k8s.apps.v1.Deployment(
      `${name}-publisher`,
      transformed(
        this,
        beat,
        "deployment",
        beatDeployment(beat, data.metadata.name, packageNames),
        BEAT_GUARDS,
      ),
      { parent: this, customTimeouts: { create: beat.readyTimeout, update: beat.readyTimeout } },
    );
    admitMonitoring(this, beat);

    this.deploymentName = pod.metadata.name;
    parts.set(this, { deployment: pod });
    this.registerOutputs(outputsOf(this));
  }

  /** The Deployment of the beat. */
  get deployment(): k8s.apps.v1.Deployment {
    return parts.of(this).deployment;
  }
}
