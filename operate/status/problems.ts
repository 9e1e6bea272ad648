import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import { countDeadLetters, DEAD_LETTERS_PAGE } from "../cluster/deadLetters";
import type { Facts } from "../recover/facts";
import { plan } from "../recover/plan";
import { findProblems } from "../recover/problems";
import type { InstallationStatus, Problem, WorkloadStatus } from "./model";

type Observed = Omit<InstallationStatus, "problems">;

/** Returns what is wrong, the most urgent first, each with what mends it. */
export function problemsOf(facts: Facts, status: Observed): Problem[] {
  return [
    ...alarmProblems(status),
    ...brokerProblems(facts, status),
    ...nodeProblems(status),
    ...workloadProblems(status),
    ...queueProblems(status),
    ...deadLetterProblems(status),
  ];
}

const ALARM_CURES: Readonly<Record<string, string>> = {
  memory: "let workers consume what waits (scale the pool), or raise brokerMemory and run: pulumi up",
  disk: "let workers consume what waits (scale the pool), or enlarge the volumes: docs/how-to/grow-storage.md",
};

const alarmProblems = ({ brokers }: Observed): Problem[] =>
  brokers.flatMap(({ pod, alarms = [] }) =>
    alarms.map((alarm) => ({
      text: `${pod} has a ${alarm} alarm, which blocks all publishers`,
      cure: ALARM_CURES[alarm] ?? "",
    })),
  );

/** Problems that `recover` knows, except alarms and what it can only wait for. */
function brokerProblems(facts: Facts, { namespace, name }: Observed): Problem[] {
  const repairable = plan(facts).length > 0;
  const cure = repairable
    ? `npx ha-celery recover --namespace ${namespace} --name ${name}`
    : `wait a minute; then: kubectl -n ${namespace} describe pod -l app.kubernetes.io/name=rabbitmq`;
  return findProblems({ ...facts, alarms: [] }).map((text) => ({ text, cure }));
}

const nodeProblems = ({ nodes }: Observed): Problem[] =>
  nodes
    .filter(({ cordoned }) => cordoned)
    .map(({ name }) => ({
      text: `node ${name} is cordoned, so what it loses cannot start there again`,
      cure: `kubectl uncordon ${name}`,
    }));

function workloadProblems({ namespace, workloads }: Observed): Problem[] {
  return workloads
    .filter(({ ready, wanted }) => ready < wanted)
    .map((workload) => {
      const { kind, name, ready, wanted, reasons } = workload;
      const why = reasons.length > 0 ? `: ${reasons.join("; ")}` : "";
      return {
        text: `${kind} ${name}: ${ready} of ${wanted} pods are ready${why}`,
        cure: cureOf(namespace, workload),
      };
    });
}

function cureOf(namespace: string, { name, reasons }: WorkloadStatus): string {
  const text = reasons.join();
  if (/Image/.test(text)) return "push the image or correct its name, then: pulumi up";
  if (/CrashLoop|exit code/.test(text)) return `kubectl -n ${namespace} logs deployment/${name} --previous`;
  if (/nodes are available/.test(text)) return "add a node or lower the requests, then: pulumi up";
  return `kubectl -n ${namespace} describe deployment ${name}`;
}

const queueProblems = ({ namespace, queues = [], workloads }: Observed): Problem[] =>
  queues
    .filter(({ name, ready, consumers }) => name !== DEAD_LETTERS && ready > 0 && consumers === 0)
    .map(({ name, ready }) => ({
      text: `queue ${name} has ${ready} tasks and no consumer`,
      cure: consumerCure(namespace, name, workloads),
    }));

const deadLetterProblems = ({ deadLetters }: Observed): Problem[] =>
  deadLetters ? [{ text: countDeadLetters(deadLetters), cure: `see why: ${DEAD_LETTERS_PAGE}` }] : [];

function consumerCure(namespace: string, queue: string, workloads: readonly WorkloadStatus[]): string {
  const pool = workloads.find(({ queues }) => queues.includes(queue));
  if (!pool) return `add ${queue} to the queues of a worker pool, then: pulumi up`;
  if (pool.wanted === 0) return `kubectl -n ${namespace} scale deployment ${pool.name} --replicas=1`;
  return `kubectl -n ${namespace} rollout restart deployment ${pool.name}`;
}
