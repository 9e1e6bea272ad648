import type { V1Pod } from "@kubernetes/client-node";
import { UserError } from "../../errors";
import { nameOf } from "../../cluster/cluster";
import type { Nodes } from "../../cluster/nodes";

/** A rule for packets into and out of a pod. */
export interface Rule {
  /** As iptables wants it: `--source 10.0.0.1`. */
  readonly match: string;
  /** `DROP` */
  readonly target: string;
  /** The address in `match`, if there is one: says whether the rule is for IPv4 or IPv6. */
  readonly address?: string;
}

/** Our own chain, so that taking back is to remove it, whoever made it. */
const CHAIN = "HA-CELERY-DRILL";
const COMMENT = "-m comment --comment ha-celery-drill";
const HOOKS = ["INPUT", "OUTPUT"];
const MISSING = "has no iptables";

/** Drops everything between a pod and an address. */
export const apartFrom = (address: string): Rule[] =>
  ["--source", "--destination"].map((side) => ({ match: `${side} ${address}`, target: "DROP", address }));

/** Puts rules into a pod's own network, before all others. */
export async function filter(
  nodes: Nodes,
  pod: V1Pod,
  rules: readonly Rule[],
  hooks: readonly string[] = HOOKS,
): Promise<void> {
  const tools = [...new Set((pod.status?.podIPs ?? []).map(({ ip }) => toolFor(ip)))];
  const lines = tools.flatMap((tool) => [
    `${tool} -w 5 -N ${CHAIN}`,
    ...rules
      .filter(({ address }) => address === undefined || toolFor(address) === tool)
      .map(({ match, target }) => `${tool} -w 5 -A ${CHAIN} ${match} ${COMMENT} -j ${target}`),
    // Only now, so that all rules begin at once.
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
    throw new Error(`no process of pod ${nameOf(pod)} runs, so it has no network to filter`);
}

/** Takes all rules of any drill out of a pod's network. Harmless where there are none. */
export async function unfilter(nodes: Nodes, pod: V1Pod): Promise<void> {
  await inNetworkOf(nodes, pod, `${REMOVE}\nif iptables -w 5 -S | grep ${CHAIN} >&2; then exit 1; fi`);
}

/** Undefined when nothing of the pod runs any more. */
export async function inNetworkOf(nodes: Nodes, pod: V1Pod, script: string): Promise<string | undefined> {
  const node = pod.spec?.nodeName ?? "";
  if (pod.spec?.hostNetwork)
    throw new UserError(
      `Pod ${nameOf(pod)} is on the network of its node ${node}: what is done to it is done to the node.`,
    );
  const [pid] = await nodes.processes(node, pod.metadata?.uid ?? "");
  if (pid === undefined) return undefined;
  try {
    return await nodes.inNetworkOf(node, pid, script);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes(MISSING))) throw error;
    throw new UserError(
      `Node ${node} has no iptables, by which the drill cuts connections. Install it there (package iptables), or run a scene that needs none: broker-kill, pod-delete, freeze.`,
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
