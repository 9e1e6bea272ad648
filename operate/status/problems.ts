import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import { alarmProblems as alarmTexts } from "../cluster/brokerStatus";
import { countDeadLetters, DEAD_LETTERS_PAGE } from "../cluster/deadLetters";
import { DRILL_QUEUE } from "../drill/leftovers";
import type { Facts } from "../recover/facts";
import { plan } from "../recover/plan";
import { findProblems } from "../recover/problems";
import type { InstallationStatus, Problem, WorkloadStatus } from "./model";

type Observed = Omit<InstallationStatus, "problems">;

/** kubectl for this installation, whatever the current context is. */
const kubectl = ({ context, namespace }: Observed): string => `kubectl --context ${context} -n ${namespace}`;

/** Returns what is wrong, the most urgent first, each with its fix. */
export function problemsOf(facts: Facts, status: Observed): Problem[] {
  return [
    ...alarmProblems(facts),
    ...brokerProblems(facts, status),
    ...nodeProblems(status),
    ...workloadProblems(status),
    ...queueProblems(status),
    ...deadLetterProblems(status),
  ];
}

const alarmProblems = ({ alarms }: Facts): Problem[] =>
  alarmTexts(alarms).map((text) => ({
    text,
    cure: `let workers consume what waits (scale the pool), or ${
      text.startsWith("disk")
        ? "enlarge the volumes: docs/how-to/grow-storage.md"
        : "raise brokerMemory and run: pulumi up"
    }`,
  }));

/** Problems that `recover` knows, except alarms and what it can only wait for. */
function brokerProblems(facts: Facts, status: Observed): Problem[] {
  const { context, namespace, name } = status;
  const repairable = plan(facts).length > 0;
  const cure = repairable
    ? `npx ha-celery recover --context ${context} --namespace ${namespace} --name ${name}`
    : `wait a minute; then: ${kubectl(status)} describe pod -l app.kubernetes.io/name=rabbitmq`;
  return findProblems({ ...facts, alarms: [] }).map((text) => ({ text, cure }));
}

const nodeProblems = ({ context, nodes }: Observed): Problem[] =>
  nodes
    .filter(({ cordoned }) => cordoned)
    .map(({ name }) => ({
      text: `node ${name} is cordoned, so what it loses cannot start there again`,
      cure: `kubectl --context ${context} uncordon ${name}`,
    }));

/** A pod that is being created, which takes some seconds. */
const STARTING = "ContainerCreating";

/** A rollout keeps the old pods until the new ones are ready, so it may be stuck although enough pods are ready. */
const isStuck = ({ reasons }: WorkloadStatus): boolean => reasons.some((reason) => reason !== STARTING);

function workloadProblems(status: Observed): Problem[] {
  return status.workloads
    .filter((workload) => workload.ready < workload.wanted || isStuck(workload))
    .map((workload) => ({ text: describeWorkload(workload), cure: cureOf(kubectl(status), workload) }));
}

function describeWorkload({ kind, name, ready, wanted, reasons }: WorkloadStatus): string {
  const state = ready < wanted ? `${ready} of ${wanted} pods are ready` : "a new pod does not become ready";
  return `${kind} ${name}: ${state}${reasons.length > 0 ? `: ${reasons.join("; ")}` : ""}`;
}

function cureOf(command: string, { name, unready: [pod], reasons }: WorkloadStatus): string {
  const text = reasons.join();
  if (/Image/.test(text)) return "push the image or correct its name, then: pulumi up";
  if (/CrashLoop|exit code/.test(text) && pod) return `${command} logs ${pod} --all-containers --previous`;
  if (/nodes are available/.test(text)) return "add a node or lower the requests, then: pulumi up";
  return `${command} describe ${pod ? `pod ${pod}` : `deployment ${name}`}`;
}

const queueProblems = (status: Observed): Problem[] =>
  (status.queues ?? [])
    // Drills and `recover` delete the queues of drills.
    .filter(({ name }) => name !== DEAD_LETTERS && !DRILL_QUEUE.test(name))
    .filter(({ ready, consumers }) => ready > 0 && consumers === 0)
    .map(({ name, ready }) => ({
      text: `queue ${name} has ${ready} tasks and no consumer`,
      cure: consumerCure(kubectl(status), name, status.workloads),
    }));

const deadLetterProblems = ({ deadLetters }: Observed): Problem[] =>
  deadLetters ? [{ text: countDeadLetters(deadLetters), cure: `see why: ${DEAD_LETTERS_PAGE}` }] : [];

function consumerCure(command: string, queue: string, workloads: readonly WorkloadStatus[]): string {
  const pool = workloads.find(({ queues }) => queues.includes(queue));
  if (!pool) return `add ${queue} to the queues of a worker pool, then: pulumi up`;
  if (pool.wanted === 0) return `${command} scale deployment ${pool.name} --replicas=1`;
  return `${command} rollout restart deployment ${pool.name}`;
}
