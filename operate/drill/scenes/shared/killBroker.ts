import type { Drill } from "../scene";

/** Ends a broker node's Erlang machine with SIGKILL; Kubernetes starts the container again. */
export async function killBroker(drill: Drill): Promise<void> {
  const { pod, kubernetesNode } = drill.victim;
  const [running] = (await drill.brokers.pods()).filter(({ metadata }) => metadata?.name === pod);
  const container = running?.status?.containerStatuses?.find(({ name }) => name === "rabbitmq");
  const processes = await drill.nodes.processes(kubernetesNode, idOf(container?.containerID));
  const killed = await drill.nodes.shell(
    kubernetesNode,
    `for pid in ${processes.join(" ")}; do
       case "$(cat /proc/$pid/comm)" in beam*) kill -KILL "$pid" && echo "$pid" ;; esac
     done`,
  );
  if (!killed.trim()) throw new Error(`no Erlang machine runs in the container rabbitmq of ${pod}`);
  drill.event(`${pod}: SIGKILL`);
}

/** `containerd://abc` -> `abc` */
export const idOf = (containerId = ""): string => containerId.replace(/^.*:\/\//, "");
