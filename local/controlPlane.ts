import { setTimeout as sleep } from "node:timers/promises";
import type { ControlPlane } from "../operate/cluster/nodes";
import { UserError } from "../operate/errors";
import { runLater } from "../operate/later";
import { Api } from "./cluster/api";
import { docker } from "./cluster/docker";
import { controlPlaneName } from "./cluster/layout";
import { readKubeconfig } from "./cluster/state";
import { makeCommand } from "./paths";

const API_SERVER = "kube-apiserver";
/**
 * They lose their leadership while the API server is away, and start again. The local target has no leader election,
 * so they are killed: otherwise, they would call all nodes lost, which have not reported since they were stopped.
 */
const CONTROLLERS = ["kube-controller-manager", "kube-scheduler"];
/**
 * The kubelet is that of a kind cluster's control plane, which would restart an API server that does not answer. etcd
 * and CoreDNS go on: they run on the control plane only here.
 */
const PROGRAMS = [API_SERVER, "kubelet", ...CONTROLLERS];
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 500;

/** Stops and resumes the programs of a local cluster's control plane, also on a kind cluster. */
export function localControlPlane(cluster: string): ControlPlane {
  const container = controlPlaneName(cluster);
  let cancel = () => {};
  return {
    async stop(seconds) {
      cancel();
      cancel = runLater(seconds, `docker exec "$NODE" sh -c '${RESUME}'`, container);
      const stopped = await docker(["exec", container, "sh", "-c", STOP]);
      if (!stopped.includes(API_SERVER))
        throw new UserError(
          `No ${API_SERVER} runs in the container ${container}. To find out why: docker logs ${container}`,
        );
    },
    async resume() {
      await docker(["exec", container, "sh", "-c", RESUME]);
      cancel();
      await waitUntilReady(cluster);
    },
  };
}

/** Script that runs a command for each of the programs that is in a state, and prints their names. */
const forEach = (state: string, cases: Readonly<Record<string, readonly string[]>>): string =>
  [
    "for process in /proc/[0-9]*; do",
    `  grep -q "^State:.${state}" "$process/status" 2> /dev/null || continue`,
    '  path=$(tr "\\0" "\\n" < "$process/cmdline" 2> /dev/null | head -n 1)',
    '  case "${path##*/}" in',
    ...Object.entries(cases).map(
      ([signal, programs]) =>
        `    ${programs.join(" | ")}) kill -${signal} "\${process#/proc/}" && echo "\${path##*/}" ;;`,
    ),
    "  esac",
    "done",
  ].join("\n");

// Neither contains a single quote.
const STOP = forEach("[^T]", { STOP: PROGRAMS });
const RESUME = forEach("T", { KILL: CONTROLLERS, CONT: [API_SERVER, "kubelet"] });

async function waitUntilReady(cluster: string): Promise<void> {
  const kubeconfig = await readKubeconfig(cluster);
  if (!kubeconfig)
    throw new UserError(
      `The local cluster "${cluster}" has no kubeconfig. Bring the cluster up: ${makeCommand("up", cluster)}`,
    );
  const api = new Api(kubeconfig);
  try {
    for (const deadline = Date.now() + READY_TIMEOUT_MS; Date.now() < deadline; await sleep(POLL_MS))
      if ((await api.get("/readyz")) !== undefined) return;
  } finally {
    api.close();
  }
  throw new UserError(
    `The Kubernetes API was resumed, but is not ready after ${READY_TIMEOUT_MS / 1000} s. To find out why: docker logs ${controlPlaneName(cluster)}`,
  );
}
