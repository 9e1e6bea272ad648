import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { Report } from "../report";
import { Api } from "./api";
import { type Container, docker, lines, listContainers } from "./docker";
import { explainFailure } from "./failure";
import { forHost } from "./kubeconfig";
import { controlPlaneName, type Layout, nodeNames, registryAddress, registryName } from "./layout";
import { controlPlaneReady, readyNodes, registryReady } from "./readiness";
import { writeKubeconfig } from "./state";

const POLL_MS = 200;
const SLOW_POLL_MS = 1_000;
/** Asking Docker takes as much processor time as the components then lack: less often than the API. */
const LIST_CONTAINERS_MS = 1_000;
const TIMEOUT_MS = 120_000;
/** A container that ran before and has done nothing useful for this long is started afresh. */
const RESTART_AFTER_MS = 20_000;
/** A component that ends is started again a second later; one that does so this often will not get any further. */
const MAX_EXITS = 10;

/** Names the containers that do not do their part yet, as the containers now are. */
type Check = (containers: readonly Container[]) => Promise<string[]>;

/** Waits until the containers have become a cluster. `ranBefore` are those that ran already when the command began. */
export async function startUp(
  layout: Layout,
  ranBefore: readonly string[],
  begun: number,
  report: Report,
): Promise<void> {
  const { cluster } = layout;
  const elapsed = () => `(${((Date.now() - begun) / 1000).toFixed(1)} s)`;
  const patience = { begun, stale: new Set(ranBefore) };

  const controlPlane = controlPlaneName(cluster);
  const kubeconfig = await waitForKubeconfig(layout, patience);
  const api = new Api(kubeconfig);
  try {
    await waitFor(cluster, patience, async () => ((await controlPlaneReady(api)) ? [] : [controlPlane]));
    report(`control plane answers ${elapsed()}`);

    const registry = registryAddress(layout);
    await waitFor(cluster, patience, async () =>
      (await registryReady(registry)) ? [] : [registryName(cluster)],
    );
    report(`registry answers at ${registry} ${elapsed()}`);

    const names = nodeNames(layout);
    let told = 0;
    await waitFor(cluster, patience, async (containers) => {
      const ready = await readyNodes(api, names, containers);
      if (ready.length > told) report(`${ready.length} of ${names.length} nodes Ready ${elapsed()}`);
      told = ready.length;
      return names.filter((name) => !ready.includes(name));
    });
  } finally {
    api.close();
  }
}

async function waitForKubeconfig({ cluster, apiPort }: Layout, patience: Patience): Promise<string> {
  const controlPlane = controlPlaneName(cluster);
  let kubeconfig = "";
  await waitFor(cluster, patience, async () => {
    const read = ["exec", controlPlane, "cat", "/data/certificates/admin.kubeconfig"];
    const { failed, stdout } = await execa("docker", read, { reject: false, stdin: "ignore" });
    if (failed) return [controlPlane];
    kubeconfig = forHost(stdout, apiPort);
    return [];
  });
  await writeKubeconfig(cluster, kubeconfig);
  return kubeconfig;
}

interface Patience {
  readonly begun: number;
  readonly stale: Set<string>;
}

async function waitFor(cluster: string, { begun, stale }: Patience, check: Check): Promise<void> {
  let containers = await listContainers(cluster);
  for (let looked = Date.now(); ;) {
    if (Date.now() - looked > LIST_CONTAINERS_MS) {
      containers = await listContainers(cluster);
      looked = Date.now();
    }
    const late = await check(containers);
    if (late.length === 0) return;

    const stopped = containers.find(({ status }) => status === "exited" || status === "dead");
    if (stopped) throw await explainFailure(cluster, stopped.name, "ended");
    const blamed = late[0] ?? "";
    const waited = Date.now() - begun;
    if (waited > TIMEOUT_MS)
      throw await explainFailure(cluster, blamed, `did not get ready within ${TIMEOUT_MS / 1000} s`);
    if (waited < RESTART_AFTER_MS) {
      await sleep(POLL_MS);
      continue;
    }
    if (!stale.has(blamed) && (await keepsExiting(blamed)))
      throw await explainFailure(cluster, blamed, "ends again and again");
    const restarts = late.filter((name) => stale.delete(name));
    await Promise.all(restarts.map((name) => docker(["restart", "--time=3", name])));
    await sleep(SLOW_POLL_MS);
  }
}

async function keepsExiting(container: string): Promise<boolean> {
  const ended = ["exec", container, "cat", "/run/ha-celery/ended"];
  const { failed, stdout } = await execa("docker", ended, { reject: false, stdin: "ignore" });
  return !failed && lines(stdout).length >= MAX_EXITS;
}
