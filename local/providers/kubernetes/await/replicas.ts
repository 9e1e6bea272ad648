import { numberAt, propertiesAt, stringAt } from "../../plugin/values";
import { condition, keyOf, type KubeObject } from "../objects";
import { ready, waiting, type Awaiter, type Progress } from "./awaiter";
import { podReasons } from "./podReasons";
import { warningEvents } from "./events";

/** Waits for the controller to observe the latest change, because its counts are from before that. */
function notObserved(live: KubeObject): Progress | undefined {
  const generation = numberAt(live, "metadata", "generation") ?? 0;
  return (numberAt(live, "status", "observedGeneration") ?? 0) < generation
    ? waiting("waiting for the controller")
    : undefined;
}

function count(live: KubeObject, field: string): number {
  return numberAt(live, "status", field) ?? 0;
}

export function deploymentProgress(live: KubeObject): Progress {
  const wanted = numberAt(live, "spec", "replicas") ?? 1;
  const pending = notObserved(live);
  if (pending) return pending;
  const [updated, available, existing] = [
    count(live, "updatedReplicas"),
    count(live, "availableReplicas"),
    count(live, "replicas"),
  ];
  if (updated < wanted) return waiting(`${updated} of ${wanted} replicas updated`);
  // While old replicas are running, the unavailable ones are most likely new.
  const newReady = Math.max(0, updated - (existing - available));
  if (newReady < wanted) return waiting(`${newReady} of ${wanted} replicas ready`);
  return existing > updated
    ? waiting(`${existing - updated} old replicas still running`)
    : ready(`${wanted} replicas ready`);
}

export function statefulSetProgress(live: KubeObject): Progress {
  const wanted = numberAt(live, "spec", "replicas") ?? 1;
  const pending = notObserved(live);
  if (pending) return pending;
  const [current, update] = [
    stringAt(live, "status", "currentRevision"),
    stringAt(live, "status", "updateRevision"),
  ];
  const rolling = stringAt(live, "spec", "updateStrategy", "type") !== "OnDelete" && current !== update;
  const [readyReplicas, updated] = [count(live, "readyReplicas"), count(live, "updatedReplicas")];
  if (rolling) return waiting(`${Math.min(updated, readyReplicas)} of ${wanted} replicas updated and ready`);
  if (readyReplicas < wanted) return waiting(`${readyReplicas} of ${wanted} replicas ready`);
  const surplus = count(live, "replicas") - wanted;
  return surplus > 0
    ? waiting(`${surplus} surplus replicas still running`)
    : ready(`${wanted} replicas ready`);
}

export function daemonSetProgress(live: KubeObject): Progress {
  const pending = notObserved(live);
  if (pending) return pending;
  const wanted = count(live, "desiredNumberScheduled");
  const done = Math.min(count(live, "updatedNumberScheduled"), count(live, "numberAvailable"));
  return done < wanted ? waiting(`${done} of ${wanted} nodes ready`) : ready(`${wanted} nodes ready`);
}

/** Awaiter of a controller, whose pods explain why it is not ready. */
export function replicaAwaiter(progress: (live: KubeObject) => Progress): Awaiter {
  return {
    progress,
    async reasons(live, client) {
      const { namespace = "default" } = keyOf(live);
      const pods = await podReasons(client, namespace, propertiesAt(live, "spec", "selector"));
      if (pods.length > 0) return pods;
      // Without pods, the controller could not create any, for example because of a quota or an admission webhook.
      const failure = stringAt(condition(live, "ReplicaFailure"), "message");
      return failure ? [failure] : warningEvents(client, live);
    },
  };
}
