import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../../operate/cluster/cluster";
import { ignoreNotFound, isReady } from "../../../operate/cluster/objects";
import type { Installation } from "../../../operate/cluster/installation";
import { healthProblems } from "../../../operate/drill/health";
import { until } from "../../../operate/waiting";
import { MirroredBrokers } from "./brokers";
import type { SeedImages } from "./images";
import {
  BROKER,
  brokerService,
  brokerSet,
  LOGIN,
  NAMESPACE,
  namespace,
  REPLICAS,
  VHOST,
  workers,
  WORKERS,
} from "./manifests";

const START_SECONDS = 300;
const REMOVE_SECONDS = 120;

/** Installs the seed's design, and waits until its workers consume a queue with two mirrors. */
export async function installSeed(
  cluster: Cluster,
  images: SeedImages,
  concurrency: number,
  signal: AbortSignal,
): Promise<Installation> {
  await cluster.core.createNamespace({ body: namespace() });
  const target = { namespace: NAMESPACE };
  await cluster.core.createNamespacedService({ ...target, body: brokerService() });
  await cluster.apps.createNamespacedStatefulSet({ ...target, body: brokerSet(images.rabbitmq) });
  await until("the seed's brokers are ready", START_SECONDS, signal, async () => {
    const pods = await cluster.pods(NAMESPACE, `app=${BROKER}`);
    return pods.filter(isReady).length === REPLICAS;
  });
  const pool = await cluster.apps.createNamespacedDeployment({
    ...target,
    body: workers(images.worker, concurrency),
  });
  const brokers = new MirroredBrokers(cluster, {
    namespace: NAMESPACE,
    name: BROKER,
    selector: `app=${BROKER}`,
    domain: "",
    vhost: VHOST,
    replicas: REPLICAS,
    managementUrl: new URL(`http://${LOGIN.user}:${LOGIN.password}@${BROKER}:15672`),
  });
  await until("the seed's design is healthy", START_SECONDS, signal, async () => {
    const expected = { namespace: NAMESPACE, selector: `app=${WORKERS}`, replicas: REPLICAS };
    const queues = await brokers.queues();
    const consumers = queues.reduce((sum, queue) => sum + queue.consumers, 0);
    return consumers >= REPLICAS && (await healthProblems(cluster, brokers, [expected])).length === 0;
  });
  return {
    namespace: NAMESPACE,
    name: BROKER,
    brokers,
    pools: [pool],
    protected: false,
    publisher: ["python", "/seed/scheduler.py"],
  };
}

/** Removes everything that belongs to the seed's design, including its volumes. */
export async function removeSeed(cluster: Cluster): Promise<void> {
  const { core } = cluster;
  await core.deleteNamespace({ name: NAMESPACE, gracePeriodSeconds: 0 }).catch(ignoreNotFound);
  for (const end = Date.now() + REMOVE_SECONDS * 1000; Date.now() < end; await sleep(1000)) {
    await core
      .deleteCollectionNamespacedPod({ namespace: NAMESPACE, gracePeriodSeconds: 0 })
      .catch(ignoreNotFound);
    if (!(await core.readNamespace({ name: NAMESPACE }).catch(ignoreNotFound))) return;
  }
  throw new Error(
    `the namespace ${NAMESPACE} still exists after ${REMOVE_SECONDS} s. Find out why: kubectl get namespace ${NAMESPACE} -o yaml`,
  );
}
