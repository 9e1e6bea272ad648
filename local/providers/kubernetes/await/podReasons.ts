import type { ClusterClient } from "../client";
import { condition, keyOf, selectorText, type KubeObject } from "../objects";
import { listAt, numberAt, stringAt, type Properties, type Value } from "../../plugin/values";
import { warningEvents } from "./events";

export interface PodProblem {
  pod: string;
  text: string;
  /** The container whose log explains the problem. */
  log?: { container: string; previous: boolean };
  /** Whether the pod's events explain the problem. */
  seeEvents?: boolean;
}

const MOST_PODS = 3;

/** Returns why the selected pods are not ready, from their status, events and logs. */
export async function podReasons(
  client: ClusterClient,
  namespace: string,
  selector: Properties,
): Promise<string[]> {
  const pods = await client.list("v1", "Pod", namespace, { labelSelector: selectorText(selector) });
  const unready = pods.filter(
    (pod) =>
      stringAt(condition(pod, "Ready"), "status") !== "True" &&
      stringAt(pod, "status", "phase") !== "Succeeded",
  );
  const reasons = await Promise.all(unready.slice(0, MOST_PODS).map((pod) => explain(client, pod)));
  const more = unready.length - MOST_PODS;
  return more > 0 ? [...reasons, `and ${more} more pods that are not ready`] : reasons;
}

async function explain(client: ClusterClient, pod: KubeObject): Promise<string> {
  const problem = podProblem(pod);
  const lines = [`pod ${problem.pod}: ${problem.text}`];
  if (problem.seeEvents) lines.push(...(await warningEvents(client, pod)).map((event) => `  ${event}`));
  if (problem.log) lines.push(...(await lastLines(client, pod, problem.log)));
  return lines.join("\n");
}

async function lastLines(
  client: ClusterClient,
  pod: KubeObject,
  log: NonNullable<PodProblem["log"]>,
): Promise<string[]> {
  const { namespace = "default", name } = keyOf(pod);
  try {
    const text = (await client.logTail(namespace, name, log.container, log.previous)).trimEnd();
    return text
      ? ["  last lines of its log:", ...text.split("\n").map((line) => `    ${line}`)]
      : ["  its log is empty"];
  } catch {
    // The node or the container may be gone, and its log with it.
    return [];
  }
}

/** Returns why a pod is not ready, from its status alone. */
export function podProblem(pod: KubeObject): PodProblem {
  const name = keyOf(pod).name;
  if (stringAt(pod, "metadata", "deletionTimestamp")) return { pod: name, text: "is shutting down" };
  if (stringAt(pod, "status", "phase") === "Failed" && stringAt(pod, "status", "reason")) {
    return {
      pod: name,
      text: `failed (${stringAt(pod, "status", "reason")}): ${stringAt(pod, "status", "message") ?? "no message"}`,
    };
  }
  const scheduled = condition(pod, "PodScheduled");
  if (stringAt(scheduled, "status") === "False") {
    return {
      pod: name,
      text: `cannot be scheduled (${stringAt(scheduled, "reason")}): ${stringAt(scheduled, "message")}`,
    };
  }
  const containers = [
    ...listAt(pod, "status", "initContainerStatuses"),
    ...listAt(pod, "status", "containerStatuses"),
  ];
  for (const container of containers) {
    const problem = containerProblem(container);
    if (problem) return { pod: name, ...problem };
  }
  return { pod: name, text: "has not started yet", seeEvents: true };
}

function containerProblem(status: Value): Omit<PodProblem, "pod"> | undefined {
  const name = stringAt(status, "name") ?? "";
  const waitReason = stringAt(status, "state", "waiting", "reason");
  if (waitReason === "CrashLoopBackOff") {
    const restarts = numberAt(status, "restartCount") ?? 0;
    const ended = exit(status, "lastState");
    return {
      text: `container ${name} keeps crashing (CrashLoopBackOff, ${restarts} restarts${ended && `, ${ended}`})`,
      log: { container: name, previous: true },
    };
  }
  if (waitReason === "PodInitializing") return undefined;
  if (waitReason === "ContainerCreating")
    return { text: `container ${name} is being created`, seeEvents: true };
  if (waitReason)
    return {
      text: `container ${name}: ${waitReason}: ${stringAt(status, "state", "waiting", "message") ?? "no message"}`,
    };
  const code = numberAt(status, "state", "terminated", "exitCode");
  if (code)
    return {
      text: `container ${name} exited (${exit(status, "state")})`,
      log: { container: name, previous: false },
    };
  if (code === undefined && (status as Properties).ready === false) {
    return {
      text: `container ${name} is running but not ready`,
      seeEvents: true,
      log: { container: name, previous: false },
    };
  }
  return undefined;
}

function exit(status: Value, state: "state" | "lastState"): string {
  const code = numberAt(status, state, "terminated", "exitCode");
  if (code === undefined) return "";
  const reason = stringAt(status, state, "terminated", "reason");
  const message = stringAt(status, state, "terminated", "message")?.trim();
  return `exit code ${code}${reason && reason !== "Error" ? `, ${reason}` : ""}${message ? `: ${message}` : ""}`;
}
