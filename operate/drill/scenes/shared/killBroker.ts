import { nameOf } from "../../../cluster/objects";
import type { Drill } from "../scene";
import { brokerContainer } from "./container";

/** Kills a broker node's Erlang VM with SIGKILL. Kubernetes restarts the container. */
export async function killBroker(drill: Drill): Promise<void> {
  const { pod, kubernetesNode } = drill.victim;
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

/** Force-deletes a broker's pod. Kubernetes recreates it. */
export async function deleteBroker({ cluster, brokers, victim }: Drill): Promise<void> {
  await cluster.core.deleteNamespacedPod({
    namespace: brokers.namespace,
    name: victim.pod,
    gracePeriodSeconds: 0,
  });
}
