import type { Level } from "../cluster/brokers";
import { durationOf } from "../cluster/deadLetters";
import type { Colors } from "../colors";
import { rateCells, rateLines } from "../queues/format";
import { newTable } from "../table";
import type { InstallationStatus, WorkloadStatus } from "./model";
import { totalOf } from "./totals";

const MIB = 1024 ** 2;
const NONE = "-";
const UNKNOWN = "unknown";

/** Formats a status for a terminal: what is wrong first, then one table for each kind of thing. */
export function formatStatus(status: InstallationStatus, colors: Colors): string {
  return [
    heading(status, colors),
    nodeTable(status),
    brokerTable(status),
    workloadTable(status),
    queueTable(status),
    ...softwareLines(status),
  ].join("\n");
}

function heading(
  { context, namespace, name, problems }: InstallationStatus,
  { green, red, bold }: Colors,
): string {
  const title = `${namespace}/${name} in the cluster of context ${context}`;
  if (problems.length === 0) return `${title}: ${green("healthy")}`;
  return [
    `${title}: ${red(problems.length === 1 ? "1 problem" : `${problems.length} problems`)}`,
    ...problems.map(({ text, cure }) => `${red("-")} ${bold(text)}\n    ${cure}`),
  ].join("\n");
}

function nodeTable({ nodes }: InstallationStatus): string {
  const table = newTable({ head: ["node", "ready", "pods"] });
  for (const { name, ready, cordoned, pods } of nodes)
    table.push([name, `${yes(ready)}${cordoned ? ", cordoned" : ""}`, pods.join("\n")]);
  return table.toString();
}

function brokerTable({ brokers }: InstallationStatus): string {
  const table = newTable({
    head: ["broker", "node", "ready", "member", "leads", "memory", "disk free", "alarms"],
  });
  for (const { pod, kubernetesNode, ready, member, leads, memory, disk, alarms = [] } of brokers)
    table.push([
      pod,
      kubernetesNode || "none",
      yes(ready),
      yes(member),
      leads,
      of(memory),
      of(disk, "alarm below"),
      alarms.join(", ") || "none",
    ]);
  return table.toString();
}

function workloadTable({ workloads }: InstallationStatus): string {
  const table = newTable({ head: ["name", "kind", "ready", "busy", "prefetched", "Celery", "does"] });
  for (const workload of workloads) {
    const { name, kind, ready, wanted, processes } = workload;
    const answers = processes.some((each) => each.answers);
    table.push([
      ...[name, kind, `${ready} of ${wanted}`],
      answers ? `${totalOf(processes, "busy")} of ${totalOf(processes, "slots")}` : NONE,
      answers ? totalOf(processes, "prefetched") : NONE,
      [...new Set(processes.flatMap(({ celery }) => celery ?? []))].join(" and ") || NONE,
      activityOf(workload),
    ]);
  }
  return table.toString();
}

/** Queues of a worker pool, or the last tick of beat. */
function activityOf({ queues, beat }: WorkloadStatus): string {
  if (!beat) return queues.join(", ");
  const { answers, lastTickSeconds, overdue = "unknown" } = beat;
  if (!answers) return "does not answer";
  return `last tick ${lastTickSeconds === undefined ? "unknown" : `${durationOf(lastTickSeconds)} ago`}, ${overdue} overdue`;
}

function queueTable({ queues, delayed = 0 }: InstallationStatus): string {
  if (!queues) return "no broker reports its queues";
  const table = newTable({
    head: [
      "queue",
      "ready",
      "oldest",
      "unacknowledged",
      "returning",
      "consumers",
      "in/s",
      "out/s",
      "copies online",
    ],
  });
  for (const queue of queues)
    table.push([
      queue.name,
      queue.ready,
      queue.oldestSeconds === undefined ? NONE : durationOf(queue.oldestSeconds),
      queue.unacknowledged,
      queue.returning ?? UNKNOWN,
      queue.consumers ?? UNKNOWN,
      ...rateCells(queue),
      `${queue.online} of ${queue.copies}`,
    ]);
  return [table.toString(), ...rateLines(queues), `delayed tasks: ${delayed}`].join("\n");
}

function softwareLines({ brokers, disabledFeatureFlags, certificate }: InstallationStatus): string[] {
  const versions = [...new Set(brokers.flatMap(({ version }) => version ?? []))];
  return [
    ...(versions.length > 0 ? [`RabbitMQ: ${versions.join(" and ")}`] : []),
    ...(disabledFeatureFlags
      ? [
          `feature flags: ${disabledFeatureFlags.length === 0 ? "all stable ones are enabled" : `not enabled: ${disabledFeatureFlags.join(", ")}`}`,
        ]
      : []),
    ...(certificate ? [`certificate: ${certificate.days} days left`] : []),
  ];
}

const yes = (value: boolean): string => (value ? "yes" : "NO");

const of = (level: Level | undefined, word = "of"): string =>
  level ? `${Math.round(level.bytes / MIB)} MiB, ${word} ${Math.round(level.limit / MIB)}` : "unknown";
