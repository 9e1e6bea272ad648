import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { CeleryBeat } from "../celeryBeat/celeryBeat";
import { CeleryClient } from "../celeryClient/celeryClient";
import { CeleryJob } from "../celeryJob/celeryJob";
import { CeleryWorkers } from "../celeryWorkers/celeryWorkers";
import type { BeatOptions } from "../celeryBeat/args";
import type { WorkerOptions } from "../celeryWorkers/args";
import { Monitoring } from "../monitoring/monitoring";
import { RabbitMqCluster } from "../rabbitMqCluster/rabbitMqCluster";
import { ScheduledDrills } from "../scheduledDrills/scheduledDrills";
import { stateful } from "../shared/childOptions";
import { servedMetrics } from "../shared/celery/metrics";
import { omitUndefined } from "../shared/omitUndefined";
import { TaskLedger } from "../taskLedger/taskLedger";
import { type BrokerConnection, type LedgerConnection, OnDelete } from "../types";
import type { HaCeleryArgs } from "./args";
import { denyIngress, restrictedNamespace } from "./namespace";
import { accessOf, consumerTimeout, isInjected, metricsOf, poolsOf, queuesOf } from "./pools";

/** Arguments that every part with the application's code gets. */
export interface CommonArgs {
  namespace: pulumi.Input<string>;
  image: pulumi.Input<string>;
  broker: BrokerConnection;
}

/** The same for the parts that write to the ledger, if there is one. */
export interface CountedArgs extends CommonArgs {
  ledger: LedgerConnection | undefined;
}

/** Creates a namespace whose pods accept no connection unless a policy allows it. */
export function createNamespace(
  parent: pulumi.Resource,
  name: string,
  args: HaCeleryArgs,
): k8s.core.v1.Namespace {
  const { deletionProtection = true, storage } = args.broker ?? {};
  const namespace = new k8s.core.v1.Namespace(
    `${name}-namespace`,
    restrictedNamespace(name, args.namespaceName),
    {
      ...stateful(parent, deletionProtection),
      // Deleting the namespace would delete the volumes.
      retainOnDelete: storage?.onDelete !== OnDelete.Delete,
    },
  );
  const closed = denyIngress(name, namespace.metadata.name);
  new k8s.networking.v1.NetworkPolicy(`${name}-deny-ingress`, closed, { parent });
  return namespace;
}

export function createBroker(
  parent: pulumi.Resource,
  name: string,
  args: HaCeleryArgs,
  namespace: pulumi.Input<string>,
): RabbitMqCluster {
  return new RabbitMqCluster(
    `${name}-broker`,
    {
      consumerTimeoutSeconds: consumerTimeout(poolsOf(args)),
      ...omitUndefined(args.broker ?? {}),
      access: accessOf(args),
      namespace,
      image: args.rabbitmqImage,
    },
    { parent },
  );
}

/** Creates the Secrets of the user's own publishers, in the namespaces that the broker admits. */
export function createClient(
  parent: pulumi.Resource,
  name: string,
  args: HaCeleryArgs,
  namespace: pulumi.Input<string>,
  { connection, amqpUrl }: RabbitMqCluster,
): CeleryClient {
  const own = args.namespaceName ?? args.existingNamespace;
  const pools = poolsOf(args);
  return new CeleryClient(
    `${name}-client`,
    {
      ...omitUndefined(args.client ?? {}),
      namespace,
      broker: connection,
      amqpUrl,
      namespaces: args.broker?.access?.clientNamespaces?.filter(
        (other, index, all) => other !== own && all.indexOf(other) === index,
      ),
      queues: queuesOf(pools),
      observable: pools.some((pool) => pool.observable),
      resultBackend: args.resultBackend,
    },
    { parent },
  );
}

export function createLedger(
  parent: pulumi.Resource,
  name: string,
  args: HaCeleryArgs,
  namespace: pulumi.Input<string>,
): TaskLedger | undefined {
  const { ledger, workerImage: image } = args;
  const inject = isInjected(args);
  return ledger && new TaskLedger(`${name}-ledger`, { ...ledger, namespace, image, inject }, { parent });
}

export function createWorkers(
  parent: pulumi.Resource,
  name: string,
  args: HaCeleryArgs,
  common: CountedArgs,
): CeleryWorkers[] {
  const { app, resultBackend, inject } = args;
  const pools = poolsOf(args);
  const appQueues = queuesOf(pools);
  return pools.map(
    ({ name: pool, ...options }) =>
      new CeleryWorkers(
        `${name}-${pool}`,
        {
          app,
          resultBackend,
          inject,
          ...omitUndefined(options),
          metrics: metricsOf(args, options),
          ...common,
          appQueues,
        },
        { parent },
      ),
  );
}

export function createJob(
  parent: pulumi.Resource,
  name: string,
  args: HaCeleryArgs,
  common: CountedArgs,
  workers: CeleryWorkers[],
): CeleryJob | undefined {
  const { job, resultBackend, inject } = args;
  const queues = queuesOf(poolsOf(args));
  return (
    job &&
    new CeleryJob(
      `${name}-scheduler`,
      { queues, resultBackend, inject, ...omitUndefined(job), ...common },
      { parent, dependsOn: workers },
    )
  );
}

/** Creates scrapes and alerts, of the parts that serve metrics. */
export function createMonitoring(
  parent: pulumi.Resource,
  name: string,
  args: HaCeleryArgs,
  { namespace, broker }: CommonArgs,
): Monitoring | undefined {
  const { monitoring, inject } = args;
  if (!monitoring) return undefined;
  const measured = (part: WorkerOptions | BeatOptions) =>
    servedMetrics({ metrics: part.metrics, inject: part.inject ?? inject }) !== undefined;
  return new Monitoring(
    `${name}-monitoring`,
    {
      ...omitUndefined(monitoring),
      namespace,
      broker: { name: `${name}-broker`, replicas: args.broker?.replicas, trust: broker.trust },
      workers: poolsOf(args)
        .filter(measured)
        .map((pool) => `${name}-${pool.name}`),
      beat: args.beat && measured(args.beat) ? `${name}-beat` : undefined,
    },
    { parent },
  );
}

/** Creates drills, whose workers are modeled on those of a pool. */
export function createDrills(
  parent: pulumi.Resource,
  name: string,
  { scheduledDrills }: HaCeleryArgs,
  { namespace }: CommonArgs,
  workers: CeleryWorkers[],
): ScheduledDrills | undefined {
  return (
    scheduledDrills &&
    new ScheduledDrills(
      `${name}-drills`,
      { ...omitUndefined(scheduledDrills), namespace, broker: `${name}-broker` },
      { parent, dependsOn: workers },
    )
  );
}

export function createBeat(
  parent: pulumi.Resource,
  name: string,
  args: HaCeleryArgs,
  common: CommonArgs,
): CeleryBeat | undefined {
  const { app, beat, resultBackend, inject } = args;
  const queues = queuesOf(poolsOf(args));
  return (
    beat &&
    new CeleryBeat(
      `${name}-beat`,
      {
        queues,
        resultBackend,
        inject,
        ...omitUndefined(beat),
        metrics: metricsOf(args, beat),
        ...common,
        app,
      },
      { parent },
    )
  );
}
