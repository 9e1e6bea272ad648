import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../cluster/cluster";
import { INSTALLATION_SELECTOR, nameOf } from "../cluster/objects";
import type { Bundle } from "./bundle";

/** How much of each container's log is read. */
export interface LogLimits {
  readonly lines: number;
}

const LARGEST_LOG = 10 * 1024 ** 2;
/** Pods whose logs are read at the same time. */
const AT_ONCE = 8;

/** Adds the logs of all containers of an installation, also those of containers that ended before the present ones. */
export async function addLogs(
  cluster: Cluster,
  namespace: string,
  limits: LogLimits,
  bundle: Bundle,
): Promise<void> {
  // Terminating pods, too: they may be what is stuck.
  const pods = await cluster.core
    .listNamespacedPod({ namespace, labelSelector: INSTALLATION_SELECTOR })
    .catch((error: unknown) => bundle.miss("logs", error));
  const waiting = [...(pods?.items ?? [])];
  const work = async () => {
    for (let pod; (pod = waiting.shift());) await addLogsOf(cluster, namespace, pod, limits, bundle);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function addLogsOf(
  cluster: Cluster,
  namespace: string,
  pod: V1Pod,
  { lines }: LogLimits,
  bundle: Bundle,
): Promise<void> {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const read = (container: string, previous: boolean) => () =>
    cluster.core.readNamespacedPodLog({
      namespace,
      name: nameOf(pod),
      container,
      previous,
      tailLines: lines,
      limitBytes: LARGEST_LOG,
      timestamps: true,
    });
  for (const status of statuses) {
    const file = `logs/${nameOf(pod)}/${status.name}`;
    if (hasStarted(status)) await bundle.add(`${file}.log`, read(status.name, false));
    if (status.restartCount > 0) await bundle.add(`${file}.previous.log`, read(status.name, true));
  }
}

const hasStarted = ({ state, restartCount }: V1ContainerStatus): boolean =>
  restartCount > 0 || state?.running !== undefined || state?.terminated !== undefined;
