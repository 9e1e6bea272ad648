import { annotation, keyOf, type KubeObject } from "../objects";
import type { Awaiter } from "./awaiter";
import { claimAwaiter } from "./claim";
import { jobAwaiter } from "./job";
import { daemonSetProgress, deploymentProgress, replicaAwaiter, statefulSetProgress } from "./replicas";
import { serviceAwaiter } from "./service";

const AWAITERS: Record<string, (since: number) => Awaiter> = {
  "apps/v1/DaemonSet": () => replicaAwaiter(daemonSetProgress),
  "apps/v1/Deployment": () => replicaAwaiter(deploymentProgress),
  "apps/v1/StatefulSet": () => replicaAwaiter(statefulSetProgress),
  "batch/v1/Job": () => jobAwaiter,
  "v1/PersistentVolumeClaim": () => claimAwaiter,
  "v1/Service": serviceAwaiter,
};

/** Returns the awaiter of an object; undefined if its kind is not awaited, or if the program sets skipAwait. */
export function awaiterFor(object: KubeObject, since: number): Awaiter | undefined {
  if (annotation(object, "pulumi.com/skipAwait") === "true") return undefined;
  const { apiVersion, kind } = keyOf(object);
  return AWAITERS[`${apiVersion}/${kind}`]?.(since);
}
