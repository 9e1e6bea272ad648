import type { V1Pod } from "@kubernetes/client-node";
import { UserError } from "../../errors";
import { nameOf } from "../../cluster/objects";
import type { Nodes } from "../../cluster/nodes";
import { Fault } from "../guard/marks";
import { processesScript } from "./processes";
import { quoted } from "./quoted";

/** A filter rule for packets that enter or leave a pod. */
export interface PacketRule {
  /** Match of an iptables rule: `--source 10.0.0.1`. */
  readonly match: string;
  /** `DROP` */
  readonly target: string;
  /** The address in `match`, if there is one. It determines whether the rule is for IPv4 or IPv6. */
  readonly address?: string;
}

/** A separate chain, so that undoing means removing it, whichever drill created it. */
const CHAIN = "HA-CELERY-DRILL";
const COMMENT = "-m comment --comment ha-celery-drill";
const HOOKS = ["INPUT", "OUTPUT"];
/** The chains of a machine that its pods' packets pass. Queries to a DNS cache on the machine pass INPUT. */
const MACHINE_HOOKS = ["INPUT", "FORWARD"];
const MISSING = "has no iptables";
const NO_PROCESS = "has no process";

/** Rules that drop all traffic between a pod and an address. */
export const dropTrafficWith = (address: string): PacketRule[] =>
  ["--source", "--destination"].map((side) => ({ match: `${side} ${address}`, target: "DROP", address }));

/** Inserts rules into a pod's network namespace, before all existing ones. */
export async function addPacketFilter(
  nodes: Nodes,
  pod: V1Pod,
  rules: readonly PacketRule[],
  hooks: readonly string[] = HOOKS,
): Promise<void> {
  await changeNetwork(nodes, pod, {
    fault: Fault.Filtered,
    apply: packetFilterScript(pod, rules, hooks),
    undo: REMOVE_PACKET_FILTER,
  });
}

/** Removes the rules from the network of a pod, or of its machine. Does nothing if there are none. */
export const removePacketFilter = (nodes: Nodes, pod: V1Pod): Promise<void> =>
  nodes.revert(pod, Fault.Filtered);

/** Filters the packets of all pods on the machine of a pod, also of pods that start later. */
export async function addMachineFilter(
  nodes: Nodes,
  pod: V1Pod,
  rules: readonly PacketRule[],
): Promise<void> {
  await explainingMissingTools(
    pod,
    nodes.change(pod, {
      fault: Fault.Filtered,
      apply: inNetworkOfMachine(packetFilterScript(pod, rules, MACHINE_HOOKS)),
      undo: inNetworkOfMachine(REMOVE_PACKET_FILTER),
    }),
  );
}

/** A change of a pod's network by scripts that run in it with the node's own tools (iptables, tc). */
export interface NetworkChange {
  readonly fault: Fault;
  readonly apply: string;
  readonly undo: string;
}

/** Changes a pod's network, and returns the output of the script. */
export async function changeNetwork(nodes: Nodes, pod: V1Pod, change: NetworkChange): Promise<string> {
  const { fault, apply, undo } = change;
  const node = pod.spec?.nodeName ?? "";
  if (pod.spec?.hostNetwork)
    throw new UserError(
      `Pod ${nameOf(pod)} uses the network of its node ${node} (hostNetwork), so the fault would hit the node. Run a scene that does not change the network: broker-kill, pod-delete, freeze.`,
    );
  return explainingMissingTools(
    pod,
    nodes.change(pod, {
      fault,
      apply: inNetworkOf(pod, apply, `echo ${NO_PROCESS} >&2; exit 1`),
      undo: inNetworkOf(pod, undo, "true"),
    }),
  );
}

async function explainingMissingTools(pod: V1Pod, changing: Promise<string>): Promise<string> {
  try {
    return await changing;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    if (message.includes(NO_PROCESS))
      throw new Error(`no process of pod ${nameOf(pod)} is running, so it has no network to change`);
    if (!message.includes(MISSING)) throw error;
    throw new UserError(
      `Node ${pod.spec?.nodeName} has no iptables, which the drill uses to drop traffic. Install it there (package iptables), or run a scene that does not need it: broker-kill, pod-delete, freeze.`,
    );
  }
}

/** Script that runs another one in a pod's network namespace, or `otherwise` if no process of the pod is running. */
function inNetworkOf(pod: V1Pod, script: string, otherwise: string): string {
  const first = `$(${processesScript(pod.metadata?.uid ?? "")} | head -n 1 | cut -d' ' -f2)`;
  const inside = `nsenter -t 1 -m -- nsenter -t "$pid" -n sh -c ${quoted(script)}`;
  return `pid=${first}; if [ -n "$pid" ]; then ${inside}; else ${otherwise}; fi`;
}

/** The agent is in the machine's network, but has none of its tools. */
const inNetworkOfMachine = (script: string): string => `nsenter -t 1 -m -n -- sh -c ${quoted(script)}`;

/** Script that inserts rules, in the pod's network namespace. */
export function packetFilterScript(
  pod: V1Pod,
  rules: readonly PacketRule[],
  hooks: readonly string[] = HOOKS,
): string {
  const tools = [...new Set((pod.status?.podIPs ?? []).map(({ ip }) => toolFor(ip)))];
  const lines = tools.flatMap((tool) => [
    `${tool} -w 5 -N ${CHAIN}`,
    ...rules
      .filter(({ address }) => address === undefined || toolFor(address) === tool)
      .map(({ match, target }) => `${tool} -w 5 -A ${CHAIN} ${match} ${COMMENT} -j ${target}`),
    // Hooked in last, so that all rules take effect together.
    ...hooks.map((hook) => `${tool} -w 5 -I ${hook} 1 ${COMMENT} -j ${CHAIN}`),
  ]);
  return [
    `command -v iptables >/dev/null || { echo ${MISSING} >&2; exit 1; }`,
    REMOVE,
    "set -e",
    ...lines,
  ].join("\n");
}

const REMOVE = `for tool in iptables ip6tables; do
  command -v $tool >/dev/null || continue
  for hook in ${[...new Set([...HOOKS, ...MACHINE_HOOKS])].join(" ")}; do
    while $tool -w 5 -D $hook ${COMMENT} -j ${CHAIN} 2>/dev/null; do :; done
  done
  $tool -w 5 -F ${CHAIN} 2>/dev/null
  $tool -w 5 -X ${CHAIN} 2>/dev/null
done`;

/** Script that removes the rules of all drills, in the pod's network namespace. Fails if one is left. */
export const REMOVE_PACKET_FILTER = `${REMOVE}\nif iptables -w 5 -S 2>/dev/null | grep ${CHAIN} >&2; then exit 1; fi`;

const toolFor = (address: string): string => (address.includes(":") ? "ip6tables" : "iptables");
