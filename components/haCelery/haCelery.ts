import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CeleryBeat } from "../celeryBeat/celeryBeat";
import { CeleryJob } from "../celeryJob/celeryJob";
import { CeleryWorkers } from "../celeryWorkers/celeryWorkers";
import { denyIngress, restrictedNamespace } from "./namespace";
import { accessOf, consumerTimeout, poolsOf, queuesOf } from "./pools";
import { haCeleryProblems } from "./validation";
import { RabbitMqCluster } from "../rabbitMqCluster/rabbitMqCluster";
import { omitUndefined } from "../shared/omitUndefined";
import { PartsOf } from "../shared/partsOf";
import { refuse, requireKubernetesProvider } from "../shared/validation";
import { TaskLedger } from "../taskLedger/taskLedger";
import { OnDelete } from "../types";
import type { HaCeleryArgs } from "./args";

interface Parts {
  namespace: k8s.core.v1.Namespace | undefined;
  broker: RabbitMqCluster;
  workers: CeleryWorkers[];
  job: CeleryJob | undefined;
  beat: CeleryBeat | undefined;
  ledger: TaskLedger | undefined;
}
const parts = new PartsOf<HaCelery, Parts>();

/**
 * Highly available Celery: a namespace, a RabbitMQ cluster, pools of workers, and, if asked for, a job, a beat and a ledger. Creates no
 * Kubernetes cluster. Several of them fit into one cluster, and into one namespace.
 *
 * A namespace of its own is closed to the network but for what the parts open, and held to the Pod Security level `restricted`.
 * While `broker.storage.onDelete` is `retain`, `pulumi destroy` leaves it behind, since the volumes would go with it; pass its name
 * as `existingNamespace` to use it again.
 *
 * @example
 * ```ts
 * const celery = new HaCelery(
 *   "celery",
 *   {
 *     rabbitmqImage: rabbitmq.ref,
 *     workerImage: app.ref,
 *     app: "mail.tasks",
 *     workers: [
 *       { name: "fast", queues: ["tasks"], longestTaskSeconds: 30 },
 *       { name: "reports", queues: ["reports"], replicas: 2, concurrency: 1 },
 *     ],
 *   },
 *   { provider: cluster.provider },
 * );
 * export const amqpUrl = celery.amqpUrl;
 * ```
 */
export class HaCelery extends pulumi.ComponentResource {
  /** Name of the namespace. */
  readonly namespaceName: pulumi.Output<string>;
  /** Host name of the broker. */
  readonly brokerHost: pulumi.Output<string>;
  /** AMQP URL with user, password and virtual host. Secret. */
  readonly amqpUrl: pulumi.Output<string>;
  /** Names of the workers' Deployments, in the order of the pools. */
  readonly workerDeploymentNames: pulumi.Output<string[]>;
  /** Name of the ledger's Service; undefined without a ledger. */
  readonly ledgerServiceName: pulumi.Output<string | undefined>;
  /** Name of the beat's Deployment; undefined without a beat. */
  readonly beatDeploymentName: pulumi.Output<string | undefined>;
  /** Name of the Job; undefined without a job. */
  readonly jobName: pulumi.Output<string | undefined>;

  /**
   * @param name DNS label of at most 30 characters; unique in the namespace.
   * @param args See `HaCeleryArgs`.
   * @param opts Must give a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that names every problem of `args` at once.
   */
  constructor(name: string, args: HaCeleryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:HaCelery", name, args, opts);
    requireKubernetesProvider(this, "HaCelery", name);
    refuse(this, "HaCelery", name, haCeleryProblems(name, args));
    const child = { parent: this };
    const { workerImage: image, resultBackend } = args;
    const pools = poolsOf(args);
    const queues = queuesOf(pools);

    const created = args.existingNamespace === undefined ? createNamespace(this, name, args) : undefined;
    const namespaceName = pulumi.output(args.existingNamespace ?? created?.metadata.name ?? "");
    const broker = new RabbitMqCluster(
      `${name}-broker`,
      {
        consumerTimeoutSeconds: consumerTimeout(pools),
        ...omitUndefined(args.broker ?? {}),
        access: accessOf(args),
        namespace: namespaceName,
        image: args.rabbitmqImage,
      },
      child,
    );
    const ledger =
      args.ledger &&
      new TaskLedger(`${name}-ledger`, { ...args.ledger, namespace: namespaceName, image }, child);
    const wiring = { namespace: namespaceName, image, broker: broker.connection };
    const counted = { ...wiring, ledger: ledger?.connection };
    const workers = pools.map(
      ({ name: pool, ...options }) =>
        new CeleryWorkers(
          `${name}-${pool}`,
          {
            app: args.app,
            resultBackend,
            ...omitUndefined(options),
            ...counted,
            appQueues: queues,
          },
          child,
        ),
    );
    const job =
      args.job &&
      new CeleryJob(
        `${name}-scheduler`,
        { queues, resultBackend, ...omitUndefined(args.job), ...counted },
        { ...child, dependsOn: workers },
      );
    const beat =
      args.beat &&
      new CeleryBeat(
        `${name}-beat`,
        { queues, resultBackend, ...omitUndefined(args.beat), ...wiring, app: args.app },
        child,
      );

    this.namespaceName = namespaceName;
    this.brokerHost = broker.host;
    this.amqpUrl = broker.amqpUrl;
    this.workerDeploymentNames = pulumi.all(workers.map((pool) => pool.deploymentName));
    this.ledgerServiceName = pulumi.output(ledger?.serviceName);
    this.jobName = pulumi.output(job?.jobName);
    this.beatDeploymentName = pulumi.output(beat?.deploymentName);
    parts.set(this, { namespace: created, broker, workers, job, beat, ledger });
    this.registerOutputs({
      namespaceName: this.namespaceName,
      brokerHost: this.brokerHost,
      amqpUrl: this.amqpUrl,
      workerDeploymentNames: this.workerDeploymentNames,
      ledgerServiceName: this.ledgerServiceName,
      jobName: this.jobName,
      beatDeploymentName: this.beatDeploymentName,
    });
  }

  /** The namespace, unless it existed before. */
  get namespace(): k8s.core.v1.Namespace | undefined {
    return parts.of(this).namespace;
  }

  /** The broker. */
  get broker(): RabbitMqCluster {
    return parts.of(this).broker;
  }

  /** The pools of workers, in the order of the arguments. */
  get workers(): CeleryWorkers[] {
    return parts.of(this).workers;
  }

  /** The job, if there is one. */
  get job(): CeleryJob | undefined {
    return parts.of(this).job;
  }

  /** The beat, if there is one. */
  get beat(): CeleryBeat | undefined {
    return parts.of(this).beat;
  }

  /** The ledger, if there is one. */
  get ledger(): TaskLedger | undefined {
    return parts.of(this).ledger;
  }
}

/** A namespace of the installation's own, closed to the network. */
function createNamespace(parent: HaCelery, name: string, args: HaCeleryArgs): k8s.core.v1.Namespace {
  const { deletionProtection = true, storage } = args.broker ?? {};
  const namespace = new k8s.core.v1.Namespace(
    `${name}-namespace`,
    restrictedNamespace(name, args.namespaceName),
    {
      parent,
      protect: deletionProtection,
      // The volumes would go with their namespace.
      retainOnDelete: storage?.onDelete !== OnDelete.Delete,
    },
  );
  const closed = denyIngress(name, namespace.metadata.name);
  new k8s.networking.v1.NetworkPolicy(`${name}-deny-ingress`, closed, { parent });
  return namespace;
}
