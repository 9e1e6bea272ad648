import type { V1Pod } from "@kubernetes/client-node";
import type { Nodes } from "../../cluster/nodes";
import { Fault } from "../guard/marks";
import { DELAY_PROGRAM } from "./delayProgram";
import { changeNetwork, packetFilterScript, REMOVE_PACKET_FILTER } from "./podNetwork";
import { processesScript } from "./processes";

export interface NetworkDelay {
  readonly delayMs: number;
  readonly lossPercent: number;
  /** The program that replaces netem exits after this time. */
  readonly seconds: number;
}

const QUEUE = 4711;
/** The interface of the default route, usually eth0. */
const DEVICE = `$(ip -o route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)`;
const UNSUPPORTED = "netem is unsupported";

/** Delays the packets that leave a pod and drops some of them. Returns the mechanism that was used. */
export async function delayPackets(
  nodes: Nodes,
  pod: V1Pod,
  delay: NetworkDelay,
): Promise<"netem" | "NFQUEUE"> {
  const { delayMs, lossPercent } = delay;
  const netem = `netem delay ${delayMs}ms ${delayMs / 10}ms loss ${lossPercent}% limit 65536`;
  // With --queue-bypass, packets pass when the program is not running.
  const target = `NFQUEUE --queue-num ${QUEUE} --queue-bypass`;
  const filter = packetFilterScript(pod, [{ match: "! --out-interface lo", target }], ["OUTPUT"]);
  const output = await changeNetwork(nodes, pod, {
    fault: Fault.Slowed,
    apply: `tc qdisc replace dev ${DEVICE} root ${netem} 2>/dev/null || { echo ${UNSUPPORTED}; ${filter}\n}`,
    undo: `tc qdisc del dev ${DEVICE} root netem 2>/dev/null; ${REMOVE_PACKET_FILTER}`,
  });
  if (!output.includes(UNSUPPORTED)) return "netem";
  await startDelayProgram(nodes, pod, delay);
  return "NFQUEUE";
}

/** Removes the delay. Does nothing if there is none. The program exits by itself or with the agent. */
export const removeDelay = (nodes: Nodes, pod: V1Pod): Promise<void> => nodes.revert(pod, Fault.Slowed);

/** Starts the program that replaces netem, in the pod's network namespace. */
async function startDelayProgram(
  nodes: Nodes,
  pod: V1Pod,
  { delayMs, lossPercent, seconds }: NetworkDelay,
): Promise<void> {
  const uid = pod.metadata?.uid ?? "";
  const program = Buffer.from(DELAY_PROGRAM).toString("base64");
  const log = `/tmp/delay-${uid}.log`;
  const values = [QUEUE, delayMs / 1000, lossPercent / 100, seconds].join(" ");
  await nodes.shell(
    pod.spec?.nodeName ?? "",
    `pid=$(${processesScript(uid)} | head -n 1 | cut -d' ' -f2)
     echo ${program} | base64 -d > /tmp/delay.pl
     setsid nsenter -t "$pid" -n perl /tmp/delay.pl ${values} > ${log} 2>&1 < /dev/null &
     for _ in $(seq 50); do grep -q ready ${log} && exit 0; sleep 0.2; done
     cat ${log} >&2; exit 1`,
  );
}
