import { setTimeout as sleep } from "node:timers/promises";
import type { Power } from "../operate/cluster/nodes";
import { Api } from "./cluster/api";
import { docker } from "./cluster/docker";
import { isReady, type KubernetesNode, type Lease } from "./cluster/readiness";
import { readKubeconfig } from "./cluster/state";
import { UserError } from "../operate/errors";
import { runLater } from "../operate/later";
import { makeCommand } from "./paths";

const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 500;

/**
 * Switches the nodes of a local cluster off and on. Each node is a container of the same name, also on a kind
 * cluster.
 */
export function localPower(cluster: string): Power {
  return {
    async off(node) {
      // Nothing that the node's processes send while they stop may leave the node, as with a power failure.
      await docker(["exec", node, "ip", "link", "set", "eth0", "down"]);
      await docker(["kill", node]);
    },
    async on(node) {
      await docker(["start", node]);
      await waitUntilReady(cluster, node);
    },
    onLater: (node, seconds) => runLater(seconds, 'docker start "$NODE"', node),
  };
}

async function waitUntilReady(cluster: string, name: string): Promise<void> {
  const kubeconfig = await readKubeconfig(cluster);
  if (!kubeconfig)
    throw new UserError(
      `The local cluster "${cluster}" has no kubeconfig. Bring the cluster up: ${makeCommand("up", cluster)}`,
    );
  const api = new Api(kubeconfig);
  try {
    for (const deadline = Date.now() + READY_TIMEOUT_MS; Date.now() < deadline; await sleep(POLL_MS)) {
      const [container, nodes, leases] = await Promise.all([
        inspect(name),
        api.list<KubernetesNode>("/api/v1/nodes"),
        api.list<Lease>("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"),
      ]);
      if (isReady(name, nodes, leases, [container])) return;
    }
  } finally {
    api.close();
  }
  throw new UserError(
    `The node ${name} was started, but is not ready after ${READY_TIMEOUT_MS / 1000} s. To find out why: docker logs ${name}`,
  );
}

async function inspect(
  name: string,
): Promise<{ name: string; status: "running" | "exited"; startedAt: Date }> {
  const { Running, StartedAt } = JSON.parse(await docker(["inspect", "--format={{json .State}}", name])) as {
    Running: boolean;
    StartedAt: string;
  };
  return { name, status: Running ? "running" : "exited", startedAt: new Date(StartedAt) };
}
