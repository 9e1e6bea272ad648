import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { createCluster, deleteCluster, type LocalCluster } from "../../local/cluster";
import { type BaseImages, ensureBaseImages } from "../../local/images";
import type { Report } from "../../local/report";
import { ensureDocker, ensurePulumi, type PulumiTools, stopDockerIfOurs } from "../../local/toolchain";
import { ignoreNotFound } from "../../operate/cluster/objects";

/** Cluster of all suites that keep to their own namespaces. */
export const SHARED = "shared";
/** Environment variable that names a cluster for the suites to use and to keep. */
export const SHARED_VARIABLE = "HA_CELERY_TEST_CLUSTER";

const GONE_TIMEOUT_MS = 180_000;
const POLL_MS = 500;
const quiet = () => undefined;

/** What a suite needs to deploy to a cluster. */
export interface SharedCluster {
  readonly cluster: LocalCluster;
  readonly config: KubeConfig;
  readonly tools: PulumiTools;
  readonly bases: BaseImages;
  /** Removes the suite's namespaces, or the cluster if the suite created it. */
  close(): Promise<void>;
}

/** Opens the cluster that `make test` created. A suite that is run alone creates it, and deletes it at the end. */
export async function openSharedCluster(...namespaces: string[]): Promise<SharedCluster> {
  await ensureDocker(quiet);
  const tools = await ensurePulumi(quiet);
  const bases = await ensureBaseImages(quiet);
  const kept = process.env[SHARED_VARIABLE];
  const cluster = kept ? await createCluster(kept, quiet) : await newSharedCluster(quiet);
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfigPath);
  const removeNamespaces = async () => {
    await Promise.all(namespaces.map((namespace) => removeNamespace(config, namespace)));
  };
  if (kept) await removeNamespaces();
  const deleteAll = async () => {
    await deleteCluster(cluster.name, quiet);
    await stopDockerIfOurs(quiet);
  };
  return { cluster, config, tools, bases, close: kept ? removeNamespaces : deleteAll };
}

/** Creates the cluster anew, after deleting what an interrupted run or another checkout left under its name. */
export async function newSharedCluster(report: Report): Promise<LocalCluster> {
  await deleteCluster(SHARED, quiet);
  return createCluster(SHARED, report);
}

/** Removes a namespace if it exists, without waiting for its pods to stop by themselves. */
async function removeNamespace(config: KubeConfig, name: string): Promise<void> {
  const core = config.makeApiClient(CoreV1Api);
  if (!(await core.deleteNamespace({ name }).catch(ignoreNotFound))) return;
  const exists = () => core.readNamespace({ name }).catch(ignoreNotFound);
  for (const deadline = Date.now() + GONE_TIMEOUT_MS; await exists(); await sleep(POLL_MS)) {
    if (Date.now() > deadline)
      throw new Error(`namespace ${name} still exists ${GONE_TIMEOUT_MS / 1000} s after its deletion`);
    await core.deleteCollectionNamespacedPod({ namespace: name, gracePeriodSeconds: 0 });
  }
}
