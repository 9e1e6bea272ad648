import { stringAt } from "../../plugin/values";
import { ready, waiting, type Awaiter } from "./awaiter";
import { warningEvents } from "./events";

/** A claim is ready when it is bound, or if its class binds it only when a pod uses it. */
export const claimAwaiter: Awaiter = {
  async progress(live, client) {
    const phase = stringAt(live, "status", "phase");
    if (phase === "Bound") return ready("bound");
    const name = stringAt(live, "spec", "storageClassName");
    if (!name) return waiting("no storage class yet; the cluster may have no default class");
    const storageClass = await client.get({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name });
    if (!storageClass) return waiting(`storage class ${name} does not exist`);
    const mode = stringAt(storageClass, "volumeBindingMode");
    return mode === "WaitForFirstConsumer"
      ? ready("binds to its first pod")
      : waiting(`waiting for a volume of class ${name}`);
  },
  reasons: (live, client) => warningEvents(client, live),
};
