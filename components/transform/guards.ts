import { FIXED_IN_POD } from "../podOptions/fixedFields";

/** A part of the arguments that the guarantees depend on. */
export interface Guard {
  /** Keys from the arguments to the part; in a list, the name of an element. */
  readonly path: readonly string[];
  /** Whether entries may be added. Otherwise, the part must stay as it is. */
  readonly additions?: boolean;
  /** The reason and the fix, after "it". */
  readonly why: string;
}

const same = (path: string[], why = ""): Guard => ({ path, why });
const additions = (path: string[], why: string): Guard => ({ path, why, additions: true });

const OWN_LABELS = "has the labels that selectors and NetworkPolicies use. Only add others";
const SECURITY = "has the Pod Security level restricted. Leave it";
const FIXED_FIELDS = [
  "affinity",
  "topologySpreadConstraints",
  "restartPolicy",
  "hostIPC",
  "hostNetwork",
  "hostPID",
];
const PROBES = ["livenessProbe", "readinessProbe", "lifecycle"];

/** What every workload keeps, whose application runs in the named container. */
function workload(container: string, reasons: Record<string, string> = {}): Guard[] {
  const pod = ["spec", "template", "spec"];
  const own = [...pod, "containers", container];
  const because = (field: string) => reasons[field] ?? FIXED_IN_POD[field] ?? "";
  const fixed = (parent: string[], fields: string[]) =>
    fields.map((field) => same([...parent, field], because(field)));
  return [
    same(["metadata", "namespace"], "is an argument of the component. Use namespace"),
    additions(["metadata", "labels"], OWN_LABELS),
    ...fixed(["spec"], ["selector"]),
    additions(["spec", "template", "metadata", "labels"], OWN_LABELS),
    ...fixed(pod, [...FIXED_FIELDS, "terminationGracePeriodSeconds"]),
    additions([...pod, "securityContext"], SECURITY),
    additions([...pod, "volumes"], "has volumes of the component. Only add others"),
    same(
      [...own, "command"],
      reasons.command ?? "starts Celery with options that the guarantees depend on. Use command",
    ),
    same([...own, "args"], reasons.args ?? "would add options to the component's command. Use command"),
    additions([...own, "env"], "has variables of the component. Only add others, or use the arguments"),
    additions([...own, "volumeMounts"], "mounts volumes of the component. Only add others"),
    same([...own, "securityContext"], SECURITY),
    ...fixed(own, PROBES),
    same([...own, "startupProbe"], "gives a process time to reach the broker. Leave it"),
  ];
}

export const WORKERS_GUARDS: readonly Guard[] = [
  ...workload("worker"),
  same(["spec", "strategy"], "starts a new pod before an old one stops. Leave it"),
  same(
    ["spec", "template", "spec", "shareProcessNamespace"],
    "lets SIGTERM stop a worker that has just started. Leave it",
  ),
];

export const BEAT_GUARDS: readonly Guard[] = [
  ...workload("beat"),
  same(["spec", "replicas"], "is 1, because two pods would publish everything twice. Leave it"),
  same(
    ["spec", "strategy"],
    "stops the pod before another starts; two would publish everything twice. Leave it",
  ),
  same(
    ["spec", "template", "spec", "shareProcessNamespace"],
    "lets SIGTERM stop a beat that has just started. Leave it",
  ),
];

export const JOB_GUARDS: readonly Guard[] = [
  ...workload("job", { command: "is an argument of the component. Use command" }),
  additions(["metadata", "annotations"], "lets Pulumi replace a Job that failed. Only add others"),
  same(["spec", "podReplacementPolicy"], "replaces a pod on a lost node. Leave it"),
];

const NODES = "is part of how the nodes find each other and restart one by one. Leave it";

export const BROKER_GUARDS: readonly Guard[] = [
  ...workload("rabbitmq", {
    args: "would replace the image's command, which starts RabbitMQ. Leave it",
    affinity: "keeps the nodes on different machines. Use spread, nodeSelector and tolerations",
    command: "starts RabbitMQ. Leave it",
    lifecycle: "waits for a majority before a node stops. Leave it",
    livenessProbe: "would kill nodes that wait for their peers. Leave it",
    readinessProbe: "lets clients connect only to nodes that serve. Leave it",
    terminationGracePeriodSeconds: "is an argument of the component. Use gracePeriodSeconds",
  }),
  additions(
    ["spec", "template", "spec", "initContainers"],
    "decides which node founds the cluster. Only add others",
  ),
  additions(
    ["metadata", "annotations"],
    "records what cannot change, such as the volumes' size, and deletionProtection. Only add others",
  ),
  additions(
    ["spec", "template", "metadata", "annotations"],
    "restarts the nodes when their configuration changes. Only add others",
  ),
  additions(
    ["spec", "template", "spec", "containers", "rabbitmq", "ports"],
    "has the ports of the Services and probes. Only add others",
  ),
  additions(
    ["spec", "template", "spec", "containers", "rabbitmq", "resources", "limits"],
    "has the memory that the memory alarm is computed from. Only add others, or use compute",
  ),
  same(
    ["spec", "template", "spec", "enableServiceLinks"],
    "keeps the variables of Services out of RabbitMQ's settings. Leave it",
  ),
  same(["metadata", "name"], "is part of each node's identity. Leave it"),
  same(["spec", "replicas"], "is an argument of the component. Use replicas"),
  ...["serviceName", "ordinals", "podManagementPolicy", "updateStrategy", "minReadySeconds"].map((field) =>
    same(["spec", field], NODES),
  ),
  same(
    ["spec", "revisionHistoryLimit"],
    "cannot change without a new StatefulSet, which stops all nodes. Leave it",
  ),
  ...["volumeClaimTemplates", "persistentVolumeClaimRetentionPolicy"].map((field) =>
    same(["spec", field], "holds the tasks. Use storage"),
  ),
];
