import type { Brokers } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import { ignoreStatus, labelSelector, nameOf, statusCodeOf } from "../cluster/objects";
import { DISK, endAlarm, MEMORY, RUN_OF_ALARM, runOfAlarm } from "./alarms";
import { describeMarked, findMarked, type Marked, unmarkPatch } from "./guard/marks";
import { DRILL_LABEL, INSTALLATION_LABEL, runSelector } from "./load/names";
import { deleteNamespace, deleteQueue, removeObjects } from "./remove";

/** A queue of a drill, such as `drill-node-off-1128215143`. */
export const DRILL_QUEUE = /^drill-([a-z-]+-\d{10})$/;

/** What a drill left behind, because its command was killed. */
export interface Leftovers {
  readonly run: string;
  /** One text for each thing, for example "node one: cordoned". */
  readonly items: readonly string[];
}

/** What to undo or to delete. */
interface Found {
  readonly run: string;
  readonly text: string;
  readonly undo: () => Promise<unknown>;
}

/** Finds what is left of drills in an installation. No drill may be running. */
export async function findLeftovers(cluster: Cluster, brokers: Brokers): Promise<Leftovers[]> {
  const found = await findAll(cluster, brokers);
  const runs = [...new Set(found.map(({ run }) => run))].sort();
  return runs.map((run) => ({
    run,
    items: found.filter((each) => each.run === run).map(({ text }) => text),
  }));
}

/** Undoes and deletes what is left of drills. Reports one line for each thing. */
export async function undoLeftovers(
  cluster: Cluster,
  brokers: Brokers,
  report: (text: string) => void,
  run?: string,
): Promise<void> {
  for (const each of await findAll(cluster, brokers)) {
    if (run !== undefined && each.run !== run) continue;
    await each.undo();
    report(`undone: ${each.text}, left by drill ${each.run}`);
  }
}

/** The order is that of undoing. */
async function findAll(cluster: Cluster, brokers: Brokers): Promise<Found[]> {
  const marked = await findMarked(cluster, brokers.namespace);
  const markedOf = (...kinds: Marked["kind"][]): Found[] =>
    marked.filter(({ kind }) => kinds.includes(kind)).map((each) => markedThing(cluster, each));
  const [alarms, agents, objects, queues] = await Promise.all([
    findAlarms(brokers),
    findAgents(cluster, brokers.namespace),
    findObjects(cluster, brokers.namespace),
    findQueues(brokers),
  ]);
  // Agents undo the faults of pods when they end.
  return [
    ...alarms,
    ...markedOf("node", "deployment", "statefulset"),
    ...agents,
    ...markedOf("pod"),
    ...objects,
    ...queues,
  ];
}

const markedThing = (cluster: Cluster, marked: Marked): Found => ({
  run: marked.mark.run,
  text: describeMarked(marked),
  undo: () => unmark(cluster, marked),
});

async function unmark(cluster: Cluster, { kind, name, mark }: Marked): Promise<void> {
  const { namespace } = mark;
  const body = unmarkPatch(mark);
  const { core, apps } = cluster;
  const patches: Record<Marked["kind"], () => Promise<unknown>> = {
    node: () => core.patchNode({ name, body }),
    pod: () => core.patchNamespacedPod({ namespace, name, body }),
    deployment: () => apps.patchNamespacedDeployment({ namespace, name, body }),
    statefulset: () => apps.patchNamespacedStatefulSet({ namespace, name, body }),
  };
  // The drill's guard may have been faster.
  await patches[kind]().catch(ignoreStatus(404, 422));
}

async function findAlarms(brokers: Brokers): Promise<Found[]> {
  const members = await brokers.members().catch(() => []);
  const pods = await brokers.list();
  const raised = members.filter(({ alarms }) => alarms.length > 0).map(({ node }) => node);
  const found = await Promise.all(
    pods
      .filter(({ node }) => raised.includes(node))
      .map(async (broker) => {
        const output = await brokers
          .exec(broker, "rabbitmqctl", "--quiet", "eval", RUN_OF_ALARM)
          .catch(() => "");
        const run = runOfAlarm(output);
        const undo = () => brokers.exec(broker, "rabbitmqctl", "--quiet", "eval", endAlarm(DISK, MEMORY));
        return run === undefined ? [] : [{ run, text: `broker ${broker.pod}: alarm`, undo }];
      }),
  );
  return found.flat();
}

async function findAgents(cluster: Cluster, installation: string): Promise<Found[]> {
  const selector = labelSelector({ [INSTALLATION_LABEL]: installation });
  const { items } = await cluster.core.listNamespace({ labelSelector: selector }).catch(noneIfForbidden);
  return items.map((namespace) => ({
    run: namespace.metadata?.labels?.[DRILL_LABEL] ?? "",
    text: `namespace ${nameOf(namespace)}: agents`,
    undo: () => deleteNamespace(cluster, nameOf(namespace)),
  }));
}

/** Pods, Jobs, and permissions. */
async function findObjects(cluster: Cluster, namespace: string): Promise<Found[]> {
  const selection = { namespace, labelSelector: DRILL_LABEL };
  const bindings = labelSelector({ [INSTALLATION_LABEL]: namespace });
  const lists = await Promise.all([
    cluster.batch.listNamespacedJob(selection),
    cluster.apps.listNamespacedDeployment(selection),
    cluster.core.listNamespacedPod(selection),
    cluster.networkPolicies.listNamespacedNetworkPolicy(selection),
    cluster.rbac.listClusterRoleBinding({ labelSelector: bindings }).catch(noneIfForbidden),
  ]);
  const objects: { metadata?: { labels?: Record<string, string>; deletionTimestamp?: Date } }[] =
    lists.flatMap(({ items }) => [...items]);
  const runs = objects
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata?.labels?.[DRILL_LABEL] ?? "");
  return [...new Set(runs)].map((run) => ({
    run,
    text: `namespace ${namespace}: pods and jobs (${runSelector(run)})`,
    undo: () => removeObjects(cluster, namespace, run),
  }));
}

/** Returns none for a user who may not list these, because such a user has not created any. */
function noneIfForbidden(error: unknown): { items: [] } {
  if (statusCodeOf(error) === 403) return { items: [] };
  throw error;
}

async function findQueues(brokers: Brokers): Promise<Found[]> {
  const queues = await brokers.queues().catch(() => []);
  return queues.flatMap(({ name }) => {
    const run = DRILL_QUEUE.exec(name)?.[1];
    if (run === undefined) return [];
    return [{ run, text: `queue ${name}`, undo: () => deleteQueue(brokers, name) }];
  });
}
