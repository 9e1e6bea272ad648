import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { CeleryBeat } from "../celeryBeat/celeryBeat";
import type { CeleryClient } from "../celeryClient/celeryClient";
import type { CeleryJob } from "../celeryJob/celeryJob";
import type { CeleryWorkers } from "../celeryWorkers/celeryWorkers";
import type { RabbitMqCluster } from "../rabbitMqCluster/rabbitMqCluster";
import type { Monitoring } from "../monitoring/monitoring";
import { createPackage } from "../inject/package";
import { outputsOf, requireKubernetesProvider, validate } from "../shared/component";
import { PartsOf } from "../shared/partsOf";
import type { TaskLedger } from "../taskLedger/taskLedger";
import type { HaCeleryArgs } from "./args";
import {
  createBeat,
  createBroker,
  createClient,
  createDrills,
  createJob,
  createLedger,
  createMonitoring,
  createNamespace,
  createWorkers,
} from "./children";
import { LONGEST_NAME, haCelery } from "./validation";

interface Parts {
  namespace: k8s.core.v1.Namespace | undefined;
  broker: RabbitMqCluster;
  client: CeleryClient;
  workers: CeleryWorkers[];
  job: CeleryJob | undefined;
  beat: CeleryBeat | undefined;
  ledger: TaskLedger | undefined;
  monitoring: Monitoring | undefined;
}
const parts = new PartsOf<HaCelery, Parts>();

/**
 * Highly available Celery: a namespace, a RabbitMQ cluster, pools of workers, and optionally a job, a beat, and a
 * ledger. It requires a Kubernetes cluster, which can have several of them, also in one namespace.
 *
 * A created namespace denies all ingress that the parts do not allow, and enforces the Pod Security level
 * `restricted`. While `broker.storage.onDelete` is `retain`, `pulumi destroy` keeps the namespace, because
 * deleting it would delete the volumes. Pass its name as `existingNamespace` to use it again.
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
  /** Name of the Secret with the variables of your own publishers; it never changes. See `client`. */
  readonly clientSecretName: pulumi.Output<string>;
  /** Labels of your own publishers, which the broker's NetworkPolicy requires. */
  readonly clientLabels: pulumi.Output<Record<string, string>>;
  /** Names of the workers' Deployments, in the order of the pools. */
  readonly workerDeploymentNames: pulumi.Output<string[]>;
  /** Name of the ledger's Service; undefined without a ledger. */
  readonly ledgerServiceName: pulumi.Output<string | undefined>;
  /** Name of the beat's Deployment; undefined without a beat. */
  readonly beatDeploymentName: pulumi.Output<string | undefined>;
  /** Name of the Job; undefined without a job. */
  readonly jobName: pulumi.Output<string | undefined>;
  /** Name of the drills' CronJob; undefined without scheduled drills. */
  readonly drillsCronJobName: pulumi.Output<string | undefined>;

  /**
   * @param name DNS label of at most 30 characters; unique in the namespace.
   * @param args See `HaCeleryArgs`.
   * @param opts Requires a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: HaCeleryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:HaCelery", name, args, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, haCelery(name), LONGEST_NAME);

    const namespace = args.existingNamespace === undefined ? createNamespace(this, name, args) : undefined;
    const namespaceName = pulumi.output(args.existingNamespace ?? namespace?.metadata.name ?? "");
    createPackage(this, { name, namespace: namespaceName, inject: args.inject });
    const broker = createBroker(this, name, args, namespaceName);
    const client = createClient(this, name, args, namespaceName, broker);
    const ledger = createLedger(this, name, args, namespaceName);
    const common = { namespace: namespaceName, image: args.workerImage, broker: broker.connection };
    const counted = { ...common, ledger: ledger?.connection };
    const workers = createWorkers(this, name, args, counted);
    const job = createJob(this, name, args, counted, workers);
    const beat = createBeat(this, name, args, common);

    const monitoring = createMonitoring(this, name, args, common);
    const drills = createDrills(this, name, args, common, workers);

    this.namespaceName = namespaceName;
    this.brokerHost = broker.host;
    this.amqpUrl = broker.amqpUrl;
    this.clientSecretName = client.secretName;
    this.clientLabels = client.clientLabels;
    this.workerDeploymentNames = pulumi.all(workers.map((pool) => pool.deploymentName));
    this.ledgerServiceName = pulumi.output(ledger?.serviceName);
    this.jobName = pulumi.output(job?.jobName);
    this.drillsCronJobName = pulumi.output(drills?.cronJobName);
    this.beatDeploymentName = pulumi.output(beat?.deploymentName);
    this.registerOutputs(outputsOf(this));
    parts.set(this, { namespace, broker, client, workers, job, beat, ledger, monitoring });
  }

  /** The created namespace; undefined if it existed before. */
  get namespace(): k8s.core.v1.Namespace | undefined {
    return parts.of(this).namespace;
  }

  /** The broker. */
  get broker(): RabbitMqCluster {
    return parts.of(this).broker;
  }

  /** Environment, labels, and volumes of your own pods that publish tasks. */
  get client(): CeleryClient {
    return parts.of(this).client;
  }

  /** The pools of workers, in the order of the arguments. */
  get workers(): CeleryWorkers[] {
    return parts.of(this).workers;
  }

  /** The job; undefined without a job. */
  get job(): CeleryJob | undefined {
    return parts.of(this).job;
  }

  /** The beat; undefined without a beat. */
  get beat(): CeleryBeat | undefined {
    return parts.of(this).beat;
  }

  /** The ledger; undefined without a ledger. */
  get ledger(): TaskLedger | undefined {
    return parts.of(this).ledger;
  }

  /** Scrapes, alerts and dashboards; undefined without `monitoring`. */
  get monitoring(): Monitoring | undefined {
    return parts.of(this).monitoring;
  }
}
