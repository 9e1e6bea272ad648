import type { V1Pod } from "@kubernetes/client-node";
import { nameOf } from "../../cluster/cluster";
import type { Nodes } from "../../cluster/nodes";
import { filter, inNetworkOf, unfilter } from "./podNetwork";

export interface Slowness {
  readonly delayMs: number;
  readonly lossPercent: number;
  /** Ends by itself after so long, where it is our own program. */
  readonly seconds: number;
}

const QUEUE = 4711;
/** The interface of the default route: eth0 nearly everywhere. */
const DEVICE = `$(ip -o route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)`;

/** Slows what leaves a pod, and loses some of it; says by what means. */
export async function slow(nodes: Nodes, pod: V1Pod, slowness: Slowness): Promise<"netem" | "NFQUEUE"> {
  const { delayMs, lossPercent } = slowness;
  const netem = `netem delay ${delayMs}ms ${delayMs / 10}ms loss ${lossPercent}% limit 65536`;
  const said = await inNetworkOf(
    nodes,
    pod,
    `tc qdisc replace dev ${DEVICE} root ${netem} 2>&1 || echo impossible`,
  );
  if (said?.trim() === "") return "netem";
  await answerLate(nodes, pod, slowness);
  // When the program ends, packets pass as if the rule were not there.
  const target = `NFQUEUE --queue-num ${QUEUE} --queue-bypass`;
  await filter(nodes, pod, [{ match: "! --out-interface lo", target }], ["OUTPUT"]);
  return "NFQUEUE";
}

/** Harmless where nothing was slowed. The program ends by itself, or with the agent. */
export async function unslow(nodes: Nodes, pod: V1Pod): Promise<void> {
  await unfilter(nodes, pod);
  await inNetworkOf(nodes, pod, `tc qdisc del dev ${DEVICE} root netem 2>/dev/null || true`);
}

/** Starts the program that stands in for netem, in the pod's network. */
async function answerLate(
  nodes: Nodes,
  pod: V1Pod,
  { delayMs, lossPercent, seconds }: Slowness,
): Promise<void> {
  const node = pod.spec?.nodeName ?? "";
  const [pid] = await nodes.processes(node, pod.metadata?.uid ?? "");
  if (pid === undefined)
    throw new Error(`no process of pod ${nameOf(pod)} runs, so it has no network to slow down`);
  const log = `/tmp/slow-${pid}.log`;
  const values = [QUEUE, delayMs / 1000, lossPercent / 100, seconds].join(" ");
  await nodes.shell(
    node,
    `setsid nsenter -t ${pid} -n python -m ha_celery.drill.slow ${values} > ${log} 2>&1 < /dev/null &
     for _ in $(seq 50); do grep -q ready ${log} && exit 0; sleep 0.2; done
     cat ${log} >&2; exit 1`,
  );
}
