import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beatDeployment } from "./deployment";
import { resolveBeat } from "./resolve";
import { CELERY_BEAT } from "./validation";
import { claim } from "../shared/claims";
import { outputsOf, requireKubernetesProvider, validate } from "../shared/component";
import { PartsOf } from "../shared/partsOf";
import type { CeleryBeatArgs } from "./args";

interface Parts {
  deployment: k8s.apps.v1.Deployment;
}
const parts = new PartsOf<CeleryBeat, Parts>();

/**
 * Publishes the periodic tasks of an application. A run counts as done when the broker has confirmed its task, and is then written
 * down. So no run is lost to a restart or to a broker that was away: what was missed is made up for once, not once for every period.
 * If the pod dies between the two, that one run is repeated, under the same task id.
 *
 * One pod, never two at a time: the next one starts when the last one has ended. It moves within half a minute when its Kubernetes
 * node is drained. When the node is lost, nobody can tell whether the pod still runs there, and its volume can only be used elsewhere
 * once Kubernetes knows that it does not: when the node returns, is deleted (as GKE's auto-repair does) or gets the taint
 * `node.kubernetes.io/out-of-service`. Until then periodic tasks wait; all others go on.
 *
 * The pod is ready while nothing is overdue. Its probes need `find` of GNU findutils in the image, which every image based on Debian has.
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
   * @param opts Must give a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that names every problem of `args` at once.
   */
  constructor(name: string, args: CeleryBeatArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:CeleryBeat", name, args, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, CELERY_BEAT);
    const beat = resolveBeat(name, args);

    // For one node at a time, so that a beat on a node that fell silent and its successor never both run.
    const memory = new k8s.core.v1.PersistentVolumeClaim(`${name}-data`, claim(beat), { parent: this });
    const pod = new k8s.apps.v1.Deployment(`${name}-publisher`, beatDeployment(beat, memory.metadata.name), {
      parent: this,
      customTimeouts: { create: beat.readyTimeout, update: beat.readyTimeout },
    });

    this.deploymentName = pod.metadata.name;
    parts.set(this, { deployment: pod });
    this.registerOutputs(outputsOf(this));
  }

  /** The Deployment of the beat. */
  get deployment(): k8s.apps.v1.Deployment {
    return parts.of(this).deployment;
  }
}
