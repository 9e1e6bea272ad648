import { nameOf } from "../../cluster/objects";
import type { Scene } from "./scene";
import { UNCONFIRMED } from "./shared/unconfirmed";

export const allBrokers: Scene = {
  name: "all-brokers",
  summary: "force-deletes all broker pods at the same time",
  // There is nothing to undo: Kubernetes recreates the pods immediately.
  holdSeconds: 0,
  limits: { fullStrengthSeconds: 120, duplicated: UNCONFIRMED },
  destructive: true,
  async inject(drill) {
    const { cluster, brokers } = drill;
    const { namespace } = brokers;
    const pods = await brokers.pods();
    await Promise.all(
      pods.map((pod) =>
        cluster.core.deleteNamespacedPod({ namespace, name: nameOf(pod), gracePeriodSeconds: 0 }),
      ),
    );
    drill.event(`${pods.length} broker pods deleted`);
    const deleted = new Set(pods.map(({ metadata }) => metadata?.uid));
    await drill.until("the old pods are gone", 60, async () =>
      (await brokers.pods()).every(({ metadata }) => !deleted.has(metadata?.uid)),
    );
  },
};
