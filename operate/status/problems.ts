import { DEAD_LETTERS, RESTORE_QUEUES } from "../../components/shared/celery/contract";
import { alarmProblems as alarmTexts } from "../cluster/brokerStatus";
import { countDeadLetters } from "../cluster/deadLetters";
import { DRILL_QUEUE } from "../drill/leftovers";
import type { Facts } from "../recover/facts";
import { plan } from "../recover/plan";
import { findProblems } from "../recover/problems";
import type { InstallationStatus, Problem, QueueStatus, WorkloadStatus } from "./model";

const RENEW_PAGE = "docs/how-to/tls.md#renew-your-own-certificate";

type Observed = Omit<InstallationStatus, "problems">;

/** kubectl for this installation, whatever the current context is. */
const kubectl = ({ context, namespace }: Observed): string => `kubectl --context ${context} -n ${namespace}`;

/** A command for this installation. */
const haCelery = ({ context, namespace, name }: Observed, command: string): string =>
  `npx ha-celery ${command} --context ${context} --namespace ${namespace} --name ${name}`;

/** Returns what is wrong, the most urgent first, each with its fix. */
export function problemsOf(facts: Facts, status: Observed): Problem[] {
  const brokers = brokerProblems(facts, status);
  return [
    ...alarmProblems(facts, status),
    ...brokers,
    ...certificateProblems(status),
    ...versionProblems(status),
    ...nodeProblems(status),
    ...workloadProblems(status, brokers.length > 0),
    ...queueProblems(status),
    ...deadLetterProblems(status),
  ];
}

const alarmProblems = ({ alarms }: Facts, status: Observed): Problem[] =>
  alarmTexts(alarms).map((text) => ({
    text,
    cure: `${consumeMore(status)}${
      text.startsWith("disk")
        ? "enlarge the volumes: docs/how-to/grow-storage.md"
        : "raise brokerMemory and run: pulumi up"
    }`,
  }));

/** Consuming goes on during an alarm, and ends it if a backlog is the cause. Empty if nothing waits. */
function consumeMore(status: Observed): string {
  const [longest] = [...ownQueues(status)].sort((one, other) => other.ready - one.ready);
  const pool = status.workloads.find(({ queues }) => longest && queues.includes(longest.name));
  if (!longest || longest.ready === 0 || !pool) return "";
  const command = `${kubectl(status)} scale deployment ${pool.name} --replicas=${2 * Math.max(1, pool.wanted)}`;
  return `let more workers consume the ${longest.ready} tasks of ${longest.name} (${command}), or `;
}

/** Problems that `recover` knows, except alarms and what it can only wait for. */
function brokerProblems(facts: Facts, status: Observed): Problem[] {
  const cure = plan(facts).length > 0 ? haCelery(status, "recover") : waitForBrokers(facts, status);
  return findProblems({ ...facts, alarms: [] }).map((text) => ({ text, cure }));
}

/** A broker that stays unready although its container runs has no liveness probe that would restart it. */
function waitForBrokers({ brokers }: Facts, status: Observed): string {
  const unready = brokers.find(({ podState }) => podState && !podState.ready && !podState.terminating);
  const command = !unready
    ? "describe pod -l app.kubernetes.io/name=rabbitmq"
    : unready.podState?.problem
      ? `describe pod ${unready.pod}`
      : `delete pod ${unready.pod}`;
  return `wait a minute; then: ${kubectl(status)} ${command}`;
}

/** Warns when a renewal at each turn of the year has not come, or somebody has to renew by hand. */
const EXPIRES_SOON_DAYS = 30;

function certificateProblems({ certificate }: Observed): Problem[] {
  if (!certificate || certificate.days >= EXPIRES_SOON_DAYS) return [];
  const { days, expires } = certificate;
  const when =
    days < 0 ? `expired on ${expires}, so new connections fail` : `expires in ${days} days, on ${expires}`;
  return [
    {
      text: `the certificate of the brokers ${when}`,
      cure: `a generated one: pulumi up; your own: write the new one into its Secret, ${RENEW_PAGE}`,
    },
  ];
}

function versionProblems(status: Observed): Problem[] {
  const versions = [...new Set(status.brokers.flatMap(({ version }) => version ?? []))].sort();
  if (versions.length < 2) return [];
  return [
    {
      text: `the brokers run RabbitMQ ${versions.join(" and ")}: an upgrade has not ended`,
      cure: `${kubectl(status)} rollout status statefulset ${status.name}`,
    },
  ];
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

function workloadProblems(status: Observed, areBrokersBroken: boolean): Problem[] {
  const command = kubectl(status);
  return status.workloads.flatMap((workload) => {
    const idle = idleText(workload);
    // With a reason, Kubernetes knows better why pods are not ready.
    if (idle !== undefined && workload.reasons.length === 0) {
      const restart = `${command} rollout restart deployment ${workload.name}`;
      return [{ text: idle, cure: areBrokersBroken ? `mend the brokers first; then: ${restart}` : restart }];
    }
    if (workload.ready >= workload.wanted && !isStuck(workload)) return [];
    return [{ text: describeWorkload(workload), cure: cureOf(command, workload) }];
  });
}

/** A process that has just started connects within this time if the brokers serve. */
const CONNECTED_SECONDS = 60;
/** Beat ticks every 5 s. */
const LATE_TICK_SECONDS = 60;

/** What a process does not do although it runs. */
function idleText({ kind, name, wanted, processes, beat }: WorkloadStatus): string | undefined {
  const idle = processes.filter((each) => !each.consuming && each.runningSeconds > CONNECTED_SECONDS);
  if (idle.length > 0) {
    const silent = idle.every(({ answers }) => !answers) ? " and do not answer" : "";
    return `${kind} ${name}: ${idle.length} of ${wanted} pods run, but do not consume${silent}`;
  }
  if (!beat) return undefined;
  if (!beat.answers) return `${kind} ${name} runs, but does not answer`;
  const { lastTickSeconds = 0, overdue = 0 } = beat;
  if (lastTickSeconds > LATE_TICK_SECONDS)
    return `${kind} ${name} has not ticked for ${Math.round(lastTickSeconds)} s`;
  if (overdue > 0)
    return `${kind} ${name}: ${overdue} periodic ${overdue === 1 ? "task is" : "tasks are"} overdue`;
  return undefined;
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

/** Drills and `recover` delete the queues of drills. */
const ownQueues = ({ queues = [] }: Observed): QueueStatus[] =>
  queues.filter(({ name }) => name !== DEAD_LETTERS && !DRILL_QUEUE.test(name));

const queueProblems = (status: Observed): Problem[] =>
  ownQueues(status)
    .filter(({ ready, consumers }) => ready > 0 && consumers === 0)
    .map(({ name, ready }) =>
      name.startsWith(RESTORE_QUEUES)
        ? {
            text: `a restore is not complete: ${ready} tasks are back`,
            cure: `unless it is running, continue it with its file: ${haCelery(status, "restore FILE")}`,
          }
        : {
            text: `queue ${name} has ${ready} tasks and no consumer`,
            cure: consumerCure(kubectl(status), name, status.workloads),
          },
    );

const deadLetterProblems = (status: Observed): Problem[] =>
  status.deadLetters
    ? [
        {
          text: countDeadLetters(status.deadLetters),
          cure: `see why, then replay or purge them: ${haCelery(status, "dead-letters list --summary")}`,
        },
      ]
    : [];

function consumerCure(command: string, queue: string, workloads: readonly WorkloadStatus[]): string {
  const pool = workloads.find(({ queues }) => queues.includes(queue));
  if (!pool) return `add ${queue} to the queues of a worker pool, then: pulumi up`;
  if (pool.wanted === 0) return `${command} scale deployment ${pool.name} --replicas=1`;
  return `${command} rollout restart deployment ${pool.name}`;
}
