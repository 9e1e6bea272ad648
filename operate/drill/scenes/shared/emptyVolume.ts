import { ignoreNotFound } from "../../../cluster/objects";
import type { Drill } from "../scene";

const TIMEOUT_SECONDS = 60;

/** Deletes the victim's pod together with its volume, and returns the name of the volume's claim. */
export async function deleteVolume({ cluster, brokers, victim }: Drill): Promise<string> {
  const { namespace } = brokers;
  const name = claimOf(victim.pod);
  await cluster.core.deleteNamespacedPersistentVolumeClaim({ namespace, name }).catch(ignoreNotFound);
  // Kubernetes removes the claim when the last pod that uses it is gone.
  await cluster.core.deleteNamespacedPod({ namespace, name: victim.pod, gracePeriodSeconds: 0 });
  return name;
}

/**
 * Deletes the victim's volume together with its pod. Returns when the StatefulSet has created both anew, so that the
 * victim starts with an empty volume.
 */
export async function emptyVolume(drill: Drill): Promise<void> {
  const { cluster, brokers, victim } = drill;
  const claim = { namespace: brokers.namespace, name: claimOf(victim.pod) };
  const uid = async () =>
    (await cluster.core.readNamespacedPersistentVolumeClaim(claim).catch(ignoreNotFound))?.metadata?.uid;
  const before = await uid();
  await deleteVolume(drill);
  await drill.until(`${claim.name} is a new claim`, TIMEOUT_SECONDS, async () => {
    const now = await uid();
    return now !== undefined && now !== before;
  });
  drill.event(`${victim.pod}: volume deleted, and replaced by an empty one`);
}

const claimOf = (pod: string): string => `data-${pod}`;
