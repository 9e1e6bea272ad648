import type { Level } from "../cluster/brokers";
import type { Colors } from "../colors";
import { newTable } from "../table";
import type { InstallationStatus } from "./model";

const MIB = 1024 ** 2;

/** Formats a status for a terminal: what is wrong first, then one table for each kind of thing. */
export function formatStatus(status: InstallationStatus, colors: Colors): string {
  return [
    heading(status, colors),
    nodeTable(status),
    brokerTable(status),
    workloadTable(status),
    queueTable(status),
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
  const table = newTable({ head: ["workload", "kind", "ready", "queues"] });
  for (const { name, kind, ready, wanted, queues } of workloads)
    table.push([name, kind, `${ready} of ${wanted}`, queues.join(", ")]);
  return table.toString();
}

function queueTable({ queues, delayed = 0 }: InstallationStatus): string {
  if (!queues) return "no broker reports its queues";
  const table = newTable({ head: ["queue", "waiting", "fetched", "consumers", "copies online"] });
  for (const { name, ready, unacknowledged, consumers, online, copies } of queues)
    table.push([name, ready, unacknowledged, consumers, `${online} of ${copies}`]);
  return `${table.toString()}\ndelayed tasks: ${delayed}`;
}

const yes = (value: boolean): string => (value ? "yes" : "NO");

const of = (level: Level | undefined, word = "of"): string =>
  level ? `${Math.round(level.bytes / MIB)} MiB, ${word} ${Math.round(level.limit / MIB)}` : "unknown";
