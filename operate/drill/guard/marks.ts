import type { V1Deployment, V1Node, V1ObjectMeta, V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import type { Cluster } from "../../cluster/cluster";
import { nameOf } from "../../cluster/objects";

/** Annotation of an object that a drill has changed, until the change is undone. Its value is a `Mark` as JSON. */
export const MARK = "ha-celery/drill-fault";

export const Fault = {
  Cordoned: "cordoned",
  Scaled: "scaled",
  OtherImage: "other image",
  Filtered: "packet filter",
  Slowed: "slow network",
  Stopped: "processes stopped",
  SlowDisk: "slow disk",
} as const;
export type Fault = (typeof Fault)[keyof typeof Fault];

/** Says which drill changed an object, and how. */
export interface Mark {
  readonly run: string;
  /** Namespace of the installation. */
  readonly namespace: string;
  readonly fault: string;
  /** Values to restore, by JSON pointer: `{"/spec/replicas": 2}`. A fault of a pod is undone in its node's agent. */
  readonly former?: Readonly<Record<string, unknown>>;
}

/** A change in the format of JSON Patch. */
export type Patch = readonly { op: "test" | "add" | "remove"; path: string; value?: unknown }[];

const PATH = `/metadata/annotations/${MARK.replace("/", "~1")}`;

/** Returns the patch that marks an object and changes it. */
export const markPatch = ({ annotations }: V1ObjectMeta = {}, mark: Mark, change: Patch = []): Patch => [
  ...(annotations ? [] : [{ op: "add" as const, path: "/metadata/annotations", value: {} }]),
  { op: "add", path: PATH, value: JSON.stringify(mark) },
  ...change,
];

/** Returns the patch that undoes the change. The API server rejects it with 422 if the object has another mark. */
export const unmarkPatch = (mark: Mark): Patch => [
  { op: "test", path: PATH, value: JSON.stringify(mark) },
  { op: "remove", path: PATH },
  ...patchOf(mark.former),
];

/** Returns the patch that sets values, by JSON pointer. */
export const patchOf = (values: Readonly<Record<string, unknown>> = {}): Patch =>
  Object.entries(values).map(([path, value]) => ({ op: "add", path, value }));

/** An object with a mark. */
export interface Marked {
  readonly kind: "node" | "pod" | "deployment" | "statefulset";
  readonly name: string;
  readonly mark: Mark;
}

const markedOf = (
  kind: Marked["kind"],
  objects: readonly (V1Node | V1Pod | V1Deployment | V1StatefulSet)[],
): Marked[] =>
  objects.flatMap((object) => {
    const text = object.metadata?.annotations?.[MARK];
    return text === undefined ? [] : [{ kind, name: nameOf(object), mark: JSON.parse(text) as Mark }];
  });

/** Returns the objects that drills of an installation have changed. */
export async function findMarked(cluster: Cluster, namespace: string): Promise<Marked[]> {
  const [nodes, pods, deployments, statefulSets] = await Promise.all([
    cluster.core.listNode(),
    cluster.core.listNamespacedPod({ namespace }),
    cluster.apps.listNamespacedDeployment({ namespace }),
    cluster.apps.listNamespacedStatefulSet({ namespace }),
  ]);
  return [
    ...markedOf("node", nodes.items),
    ...markedOf("deployment", deployments.items),
    ...markedOf("statefulset", statefulSets.items),
    ...markedOf("pod", pods.items),
  ].filter(({ mark }) => mark.namespace === namespace);
}

export const describeMarked = ({ kind, name, mark }: Marked): string => `${kind} ${name}: ${mark.fault}`;
