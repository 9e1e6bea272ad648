import { ignoreNotFound } from "../../../cluster/objects";
import type { Drill } from "../scene";

const TIMEOUT_SECONDS = 60;

/**
 * Deletes the victim's volume together with its pod. Returns when the StatefulSet has created both anew, so that the
 * victim starts with an empty volume.
 */
export async function emptyVolume(drill: Drill): Promise<void> {
  const { cluster, brokers, victim } = drill;
  const pod = { namespace: brokers.namespace, name: victim.pod };
  const claim = { namespace: brokers.namespace, name: `data-${victim.pod}` };
  const uid = async () =>
    (await cluster.core.readNamespacedPersistentVolumeClaim(claim).catch(ignoreNotFound))?.metadata?.uid;
  const before = await uid();
  await cluster.core.deleteNamespacedPersistentVolumeClaim(claim).catch(ignoreNotFound);
  // Kubernetes removes the claim when the last pod that uses it is gone.
  await cluster.core.deleteNamespacedPod({ ...pod, gracePeriodSeconds: 0 });
  await drill.until(`${claim.name} is a new claim`, TIMEOUT_SECONDS, async () => {
    const now = await uid();
    return now !== undefined && now !== before;
  });
  drill.event(`${victim.pod}: volume deleted, and replaced by an empty one`);
}
