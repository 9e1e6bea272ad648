import type { V1Pod } from "@kubernetes/client-node";
import { textOf } from "../../../components/inject/files";
import { nameOf } from "../../cluster/objects";
import type { Nodes } from "../../cluster/nodes";
import { addPacketFilter, inNetworkOf, removePacketFilter } from "./podNetwork";

export interface NetworkDelay {
  readonly delayMs: number;
  readonly lossPercent: number;
  /** The Python program that replaces netem exits after this time. */
  readonly seconds: number;
}

const QUEUE = 4711;
/** The interface of the default route, usually eth0. */
const DEVICE = `$(ip -o route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)`;

/** Delays the packets that leave a pod and drops some of them. Returns the mechanism that was used. */
export async function delayPackets(
  nodes: Nodes,
  pod: V1Pod,
  delay: NetworkDelay,
): Promise<"netem" | "NFQUEUE"> {
  const { delayMs, lossPercent } = delay;
  const netem = `netem delay ${delayMs}ms ${delayMs / 10}ms loss ${lossPercent}% limit 65536`;
  const output = await inNetworkOf(
    nodes,
    pod,
    `tc qdisc replace dev ${DEVICE} root ${netem} 2>&1 || echo unsupported`,
  );
  if (output?.trim() === "") return "netem";
  await startDelayProgram(nodes, pod, delay);
  // With --queue-bypass, packets pass when the program is not running.
  const target = `NFQUEUE --queue-num ${QUEUE} --queue-bypass`;
  await addPacketFilter(nodes, pod, [{ match: "! --out-interface lo", target }], ["OUTPUT"]);
  return "NFQUEUE";
}

/** Removes the delay. Does nothing if there is none. The Python program exits by itself or with the agent. */
export async function removeDelay(nodes: Nodes, pod: V1Pod): Promise<void> {
  await removePacketFilter(nodes, pod);
  await inNetworkOf(nodes, pod, `tc qdisc del dev ${DEVICE} root netem 2>/dev/null || true`);
}

/** Starts the Python program that replaces netem, in the pod's network namespace. */
async function startDelayProgram(
  nodes: Nodes,
  pod: V1Pod,
  { delayMs, lossPercent, seconds }: NetworkDelay,
): Promise<void> {
  const node = pod.spec?.nodeName ?? "";
  const [pid] = await nodes.processes(node, pod.metadata?.uid ?? "");
  if (pid === undefined)
    throw new Error(`no process of pod ${nameOf(pod)} is running, so it has no network to slow down`);
  // The agent has the worker's image, which may not have the Python package.
  const program = Buffer.from(textOf("ha_celery/drill/slow.py")).toString("base64");
  const log = `/tmp/slow-${pid}.log`;
  const values = [QUEUE, delayMs / 1000, lossPercent / 100, seconds].join(" ");
  await nodes.shell(
    node,
    `echo ${program} | base64 -d > /tmp/slow.py
     setsid nsenter -t ${pid} -n python /tmp/slow.py ${values} > ${log} 2>&1 < /dev/null &
     for _ in $(seq 50); do grep -q ready ${log} && exit 0; sleep 0.2; done
     cat ${log} >&2; exit 1`,
  );
}
