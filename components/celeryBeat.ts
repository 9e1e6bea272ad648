import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beatDeployment } from "./celery/beat";
import { resolveBeat } from "./celery/settings";
import { appProblems, beatProblems } from "./celery/validation";
import { claim } from "./shared/claims";
import { PartsOf } from "./shared/partsOf";
import { nameProblems, refuse, requireKubernetesProvider } from "./shared/validation";
import { BrokerConnection, CeleryOptions, Compute, Volume } from "./types";

/** What `CeleryBeat` and the beat of a `HaCelery` have in common. Changing it ends the pod and then starts another: for some seconds
 * nothing is published, and what was due meanwhile is published late. */
export interface BeatOptions extends CeleryOptions {
  /** All queues of the application, the one for tasks that name no queue first. `HaCelery` takes those of its worker pools.
   * @default `["tasks"]` */
  queues?: string[];
  /** The volume, for the times of the last runs. Kubernetes cannot change its class in place, nor make it smaller.
   * @default 1Gi, the least that many clouds give, of the cluster's default class; deleted with the beat */
  storage?: Volume;
  /** CPU and memory of the pod.
   * @default 50m of CPU requested, 256Mi of memory */
  compute?: Compute;
  /** The container's command.
   * @default `celery --app APP beat` with the scheduler of the `ha_celery` Python package */
  command?: string[];
  /** How long `pulumi up` waits until the pod is ready, for example `5m`.
   * @default `10m` */
  readyTimeout?: string;
}

/** Arguments of `CeleryBeat`. */
export interface CeleryBeatArgs extends BeatOptions {
  /** Namespace of every object. */
  namespace: pulumi.Input<string>;
  /** Image with the application and the `ha_celery` Python package, by digest. */
  image: pulumi.Input<string>;
  /** What follows `celery --app`, for example `mail.tasks`. Its `beat_schedule` says what is published when. */
  app: string;
  /** The broker, for example `RabbitMqCluster.connection`. */
  broker: BrokerConnection;
}

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
    requireKubernetesProvider(this, "CeleryBeat", name);
    refuse(this, "CeleryBeat", name, [
      ...nameProblems("name", name),
      ...appProblems(args.app),
      ...beatProblems(args),
    ]);
    const beat = resolveBeat(name, args);

    // For one node at a time, so that a beat on a node that fell silent and its successor never both run.
    const memory = new k8s.core.v1.PersistentVolumeClaim(`${name}-data`, claim(beat), { parent: this });
    const pod = new k8s.apps.v1.Deployment(`${name}-publisher`, beatDeployment(beat, memory.metadata.name), {
      parent: this,
      customTimeouts: { create: beat.readyTimeout, update: beat.readyTimeout },
    });

    this.deploymentName = pod.metadata.name;
    parts.set(this, { deployment: pod });
    this.registerOutputs({ deploymentName: this.deploymentName });
  }

  /** The Deployment of the beat. */
  get deployment(): k8s.apps.v1.Deployment {
    return parts.of(this).deployment;
  }
}
