import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { CLIENT_LABEL } from "../../components/rabbitMqCluster/names";
import type { Cluster } from "../cluster/cluster";
import type { Installation } from "../cluster/installation";
import { apiMessageOf, isReady, nameOf } from "../cluster/objects";
import { readVersions, readWorkerVersions, type WorkerVersions } from "../cluster/workerVersions";
import type { UpgradeFacts } from "./model";

/** Everything that publishes or runs tasks of the installation. A job that has ended runs no more. */
export async function readClients(
  cluster: Cluster,
  { namespace, name, pools }: Pick<Installation, "namespace" | "name" | "pools">,
): Promise<Pick<UpgradeFacts, "workers" | "beats" | "jobs" | "unknownPools">> {
  const [beats, jobPods] = await Promise.all([
    cluster.apps.listNamespacedDeployment({ namespace, labelSelector: "app.kubernetes.io/name=celery-beat" }),
    cluster.pods(namespace, `app.kubernetes.io/name=celery-job,${CLIENT_LABEL}=${name}`),
  ]);
  const isOwn = ({ spec }: V1Deployment) => spec?.template.metadata?.labels?.[CLIENT_LABEL] === name;
  const unknownPools: { pool: string; reason: string }[] = [];
  const readAll = async (deployments: readonly V1Deployment[]) => {
    const found: WorkerVersions[] = [];
    for (const deployment of deployments.filter(({ spec }) => spec?.replicas !== 0))
      await readWorkerVersions(cluster, namespace, deployment).then(
        (versions) => found.push(versions),
        (error: unknown) => unknownPools.push({ pool: nameOf(deployment), reason: apiMessageOf(error) }),
      );
    return found;
  };
  const jobs: WorkerVersions[] = [];
  for (const pod of jobPods.filter(isReady))
    await readVersions(cluster, namespace, jobOf(pod), [pod]).then(
      (versions) => jobs.push(versions),
      // It may have ended meanwhile.
      () => undefined,
    );
  return {
    workers: await readAll(pools),
    beats: await readAll(beats.items.filter(isOwn)),
    jobs,
    unknownPools,
  };
}

const jobOf = ({ metadata }: V1Pod): string => metadata?.labels?.["batch.kubernetes.io/job-name"] ?? "";
