import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import type { Cluster } from "../../cluster/cluster";
import type { Installation } from "../../cluster/installation";
import { ignoreNotFound } from "../../cluster/objects";
import type { DrillRecord } from "./record";

/** Records that are kept. A ConfigMap may have 1 MiB, and a record has at most 4 kB. */
const MOST_RECORDS = 100;
const MERGE = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

type Owner = Pick<Installation, "namespace" | "name">;

/** The ConfigMap with the history. It outlives the installation's other objects, like its volumes. */
export const historyName = ({ name }: Pick<Installation, "name">): string => `${name}-drills`;

/** Returns the kept drills, the oldest first. */
export async function readHistory(cluster: Cluster, owner: Owner): Promise<DrillRecord[]> {
  const { namespace } = owner;
  const map = await cluster.core
    .readNamespacedConfigMap({ namespace, name: historyName(owner) })
    .catch(ignoreNotFound);
  return Object.values(map?.data ?? {})
    .map((text) => JSON.parse(text) as DrillRecord)
    .sort((one, other) => one.finishedAt.localeCompare(other.finishedAt));
}

/** Adds a drill, and removes the oldest if there are too many. */
export async function addToHistory(cluster: Cluster, owner: Owner, record: DrillRecord): Promise<void> {
  const { namespace } = owner;
  const name = historyName(owner);
  const labels = { "app.kubernetes.io/part-of": "ha-celery", "app.kubernetes.io/component": "drills" };
  const data = { [record.run]: JSON.stringify(record) };
  const before = await readHistory(cluster, owner);
  const dropped = before
    .slice(0, Math.max(0, before.length + 1 - MOST_RECORDS))
    .map(({ run }) => [run, null]);
  const body = { data: { ...Object.fromEntries(dropped), ...data } };
  const patched = await cluster.core
    .patchNamespacedConfigMap({ namespace, name, body }, MERGE)
    .catch(ignoreNotFound);
  if (patched === undefined)
    await cluster.core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels }, data } });
}
