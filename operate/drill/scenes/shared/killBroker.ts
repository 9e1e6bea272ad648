import type { Broker } from "../../../cluster/brokers";
import { nameOf } from "../../../cluster/objects";
import type { Drill } from "../scene";
import { brokerContainer } from "./container";

/** Kills a broker node's Erlang VM with SIGKILL, by default the victim's. Kubernetes restarts the container. */
export async function killBroker(drill: Drill, broker: Broker = drill.victim): Promise<void> {
  const { pod, kubernetesNode } = broker;
  const killed = await drill.nodes.shell(kubernetesNode, await killScript(drill, broker));
  if (!killed.trim()) throw new Error(`no Erlang VM runs in the container rabbitmq of ${pod}`);
  drill.event(`${pod}: SIGKILL`);
}

/** Kills the Erlang VM that runs now after a time, without another request to the Kubernetes API. */
export async function killBrokerLater(drill: Drill, broker: Broker, seconds: number): Promise<void> {
  const script = Buffer.from(`sleep ${seconds}\n${await killScript(drill, broker)}`).toString("base64");
  await drill.nodes.shell(
    broker.kubernetesNode,
    `setsid sh -c "$(echo ${script} | base64 -d)" < /dev/null > /dev/null 2>&1 &`,
  );
}

/** Script for the agent of the broker's node. It prints the id of the process that it kills. */
async function killScript(drill: Drill, { pod, kubernetesNode }: Broker): Promise<string> {
  const running = (await drill.brokers.pods()).find((each) => nameOf(each) === pod);
  const container = brokerContainer(running);
  const processes = await drill.nodes.processes(kubernetesNode, container?.containerID ?? "");
  return `for pid in ${processes.join(" ")}; do
    case "$(cat /proc/$pid/comm)" in beam*) kill -KILL "$pid" && echo "$pid" ;; esac
  done`;
}

/** Force-deletes a broker's pod, by default the victim's. Kubernetes recreates it. */
export async function deleteBroker(drill: Drill, broker: Broker = drill.victim): Promise<void> {
  const { cluster, brokers } = drill;
  const pod = { namespace: brokers.namespace, name: broker.pod };
  await cluster.core.deleteNamespacedPod({ ...pod, gracePeriodSeconds: 0 });
}
