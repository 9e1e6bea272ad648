import type { Broker } from "../../../cluster/brokers";
import { nameOf } from "../../../cluster/objects";
import type { Drill } from "../scene";
import { brokerContainer } from "./container";

/** Kills a broker node's Erlang VM with SIGKILL, by default the victim's. Kubernetes restarts the container. */
export async function killBroker(drill: Drill, broker: Broker = drill.victim): Promise<void> {
  const { pod, kubernetesNode } = broker;
  const running = (await drill.brokers.pods()).find((each) => nameOf(each) === pod);
  const container = brokerContainer(running);
  const processes = await drill.nodes.processes(kubernetesNode, container?.containerID ?? "");
  const killed = await drill.nodes.shell(
    kubernetesNode,
    `for pid in ${processes.join(" ")}; do
       case "$(cat /proc/$pid/comm)" in beam*) kill -KILL "$pid" && echo "$pid" ;; esac
     done`,
  );
  if (!killed.trim()) throw new Error(`no Erlang VM runs in the container rabbitmq of ${pod}`);
  drill.event(`${pod}: SIGKILL`);
}

/** Force-deletes a broker's pod, by default the victim's. Kubernetes recreates it. */
export async function deleteBroker(drill: Drill, broker: Broker = drill.victim): Promise<void> {
  const { cluster, brokers } = drill;
  const pod = { namespace: brokers.namespace, name: broker.pod };
  await cluster.core.deleteNamespacedPod({ ...pod, gracePeriodSeconds: 0 });
}
