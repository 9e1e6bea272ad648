import { nameOf } from "../../cluster/cluster";
import type { Scene } from "./scene";

export const allBrokers: Scene = {
  name: "all-brokers",
  summary: "all broker pods are deleted by force at the same moment",
  // Nothing is undone: Kubernetes makes the pods anew from the first second on.
  holdSeconds: 0,
  limits: { fullStrengthSeconds: 120, duplicated: "running" },
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
    const before = new Set(pods.map(({ metadata }) => metadata?.uid));
    await drill.until("the old pods are gone", 60, async () =>
      (await brokers.pods()).every(({ metadata }) => !before.has(metadata?.uid)),
    );
  },
};
