import type { BrokerStatus, InstallationStatus, WorkloadStatus } from "../status/model";

/** A Kubernetes node with what runs on it. */
export interface Place {
  /** Empty for what has no node. */
  readonly node: string;
  readonly state: "ready" | "not ready" | "cordoned" | "unknown";
  readonly brokers: readonly BrokerStatus[];
  readonly pods: readonly PlacedPod[];
}

/** A pod that is not a broker. */
export interface PlacedPod {
  readonly name: string;
  /** Undefined if it belongs to none, such as the pod of a Job. */
  readonly workload: WorkloadStatus | undefined;
  readonly ready: boolean;
}

/** Puts every broker and pod on its node. What has no node comes last. */
export function placesOf({ nodes, brokers, workloads }: InstallationStatus): Place[] {
  const names = new Set([
    ...nodes.map(({ name }) => name),
    ...brokers.map((broker) => broker.kubernetesNode),
  ]);
  const scheduled = new Set(nodes.flatMap(({ pods }) => pods));
  const waiting = workloads.flatMap(({ unready }) => unready).filter((pod) => !scheduled.has(pod));
  const isBroker = new Set(brokers.map(({ pod }) => pod));
  names.delete("");
  const places = [...names].sort().map((node): Place => {
    const found = nodes.find(({ name }) => name === node);
    return {
      node,
      state: !found ? "unknown" : !found.ready ? "not ready" : found.cordoned ? "cordoned" : "ready",
      brokers: brokers.filter((broker) => broker.kubernetesNode === node),
      pods: (found?.pods ?? []).filter((pod) => !isBroker.has(pod)).map((pod) => place(pod, workloads)),
    };
  });
  const lost: Place = {
    node: "",
    state: "unknown",
    brokers: brokers.filter(({ kubernetesNode }) => kubernetesNode === ""),
    pods: waiting.map((pod) => place(pod, workloads)),
  };
  return lost.brokers.length + lost.pods.length > 0 ? [...places, lost] : places;
}

function place(name: string, workloads: readonly WorkloadStatus[]): PlacedPod {
  // One Deployment's name may begin with that of another, so the longest wins.
  const [workload] = workloads
    .filter((each) => name.startsWith(`${each.name}-`))
    .sort((one, other) => other.name.length - one.name.length);
  return { name, workload, ready: !workload?.unready.includes(name) };
}

/** Last part of a pod's name, which tells the pods of a workload apart. */
export const shortName = ({ name, workload }: PlacedPod): string =>
  workload ? (name.split("-").at(-1) ?? name) : name;
