import type { V1Pod } from "@kubernetes/client-node";
import { UserError } from "../../errors";
import { nameOf } from "../../cluster/objects";
import type { Nodes } from "../../cluster/nodes";

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
const MISSING = "has no iptables";

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
  const tools = [...new Set((pod.status?.podIPs ?? []).map(({ ip }) => toolFor(ip)))];
  const lines = tools.flatMap((tool) => [
    `${tool} -w 5 -N ${CHAIN}`,
    ...rules
      .filter(({ address }) => address === undefined || toolFor(address) === tool)
      .map(({ match, target }) => `${tool} -w 5 -A ${CHAIN} ${match} ${COMMENT} -j ${target}`),
    // Hooked in last, so that all rules take effect together.
    ...hooks.map((hook) => `${tool} -w 5 -I ${hook} 1 ${COMMENT} -j ${CHAIN}`),
  ]);
  const script = [
    `command -v iptables >/dev/null || { echo ${MISSING} >&2; exit 1; }`,
    REMOVE,
    "set -e",
    ...lines,
  ];
  const found = await inNetworkOf(nodes, pod, script.join("\n"));
  if (found === undefined)
    throw new Error(`no process of pod ${nameOf(pod)} is running, so it has no network to filter`);
}

/** Removes the rules of all drills from a pod's network. Does nothing if there are none. */
export async function removePacketFilter(nodes: Nodes, pod: V1Pod): Promise<void> {
  await inNetworkOf(nodes, pod, `${REMOVE}\nif iptables -w 5 -S | grep ${CHAIN} >&2; then exit 1; fi`);
}

/** Runs a script in a pod's network namespace. Returns undefined if no process of the pod is running. */
export async function inNetworkOf(nodes: Nodes, pod: V1Pod, script: string): Promise<string | undefined> {
  const node = pod.spec?.nodeName ?? "";
  if (pod.spec?.hostNetwork)
    throw new UserError(
      `Pod ${nameOf(pod)} uses the network of its node ${node} (hostNetwork), so the fault would hit the node. Run a scene that does not change the network: broker-kill, pod-delete, freeze.`,
    );
  const [pid] = await nodes.processes(node, pod.metadata?.uid ?? "");
  if (pid === undefined) return undefined;
  try {
    return await nodes.inNetworkOf(node, pid, script);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes(MISSING))) throw error;
    throw new UserError(
      `Node ${node} has no iptables, which the drill uses to drop traffic. Install it there (package iptables), or run a scene that does not need it: broker-kill, pod-delete, freeze.`,
    );
  }
}

const REMOVE = `for tool in iptables ip6tables; do
  command -v $tool >/dev/null || continue
  for hook in ${HOOKS.join(" ")}; do
    while $tool -w 5 -D $hook ${COMMENT} -j ${CHAIN} 2>/dev/null; do :; done
  done
  $tool -w 5 -F ${CHAIN} 2>/dev/null
  $tool -w 5 -X ${CHAIN} 2>/dev/null
done`;

const toolFor = (address: string): string => (address.includes(":") ? "ip6tables" : "iptables");
