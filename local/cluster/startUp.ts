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
/**
 * Longer than between polls of the API, because `docker ps` takes processor time from components that are starting.
 */
const LIST_CONTAINERS_MS = 1_000;
const TIMEOUT_MS = 120_000;
/** Time after which a container that was running before, and is still not ready, is restarted once. */
const RESTART_AFTER_MS = 20_000;
/** A component that exits is restarted after a second. With this many exits it is reported as failing. */
const MAX_EXITS = 10;

/** Returns the names of the containers that are not ready yet. */
type Check = (containers: readonly Container[]) => Promise<string[]>;

/**
 * Waits until the containers form a cluster. `alreadyRunning` are those that were running when the command started.
 */
export async function startUp(
  layout: Layout,
  alreadyRunning: readonly string[],
  startedAt: number,
  report: Report,
): Promise<void> {
  const { cluster } = layout;
  const elapsed = () => `(${((Date.now() - startedAt) / 1000).toFixed(1)} s)`;
  const start = { cluster, startedAt, restartable: new Set(alreadyRunning) };

  const controlPlane = controlPlaneName(cluster);
  const kubeconfig = await waitForKubeconfig(layout, start);
  const api = new Api(kubeconfig);
  try {
    await waitFor(start, async () => ((await controlPlaneReady(api)) ? [] : [controlPlane]));
    report(`control plane ready ${elapsed()}`);

    const registry = registryAddress(layout);
    await waitFor(start, async () => ((await registryReady(registry)) ? [] : [registryName(cluster)]));
    report(`registry ready at ${registry} ${elapsed()}`);

    const names = nodeNames(layout);
    let reported = 0;
    await waitFor(start, async (containers) => {
      const ready = await readyNodes(api, names, containers);
      if (ready.length > reported) report(`${ready.length} of ${names.length} nodes Ready ${elapsed()}`);
      reported = ready.length;
      return names.filter((name) => !ready.includes(name));
    });
  } finally {
    api.close();
  }
}

async function waitForKubeconfig({ cluster, apiPort }: Layout, start: Start): Promise<string> {
  const controlPlane = controlPlaneName(cluster);
  let kubeconfig = "";
  await waitFor(start, async () => {
    const read = ["exec", controlPlane, "cat", "/data/certificates/admin.kubeconfig"];
    const { failed, stdout } = await execa("docker", read, { reject: false, stdin: "ignore" });
    if (failed) return [controlPlane];
    kubeconfig = forHost(stdout, apiPort);
    return [];
  });
  await writeKubeconfig(cluster, kubeconfig);
  return kubeconfig;
}

interface Start {
  readonly cluster: string;
  readonly startedAt: number;
  /** Containers that may still be restarted once. */
  readonly restartable: Set<string>;
}

async function waitFor(start: Start, check: Check): Promise<void> {
  let containers = await listContainers(start.cluster);
  for (let listedAt = Date.now(); ;) {
    if (Date.now() - listedAt > LIST_CONTAINERS_MS) {
      containers = await listContainers(start.cluster);
      listedAt = Date.now();
    }
    const notReady = await check(containers);
    if (notReady.length === 0) return;
    const waited = Date.now() - start.startedAt;
    await throwIfFailed(start, containers, notReady[0] ?? "", waited);
    if (waited < RESTART_AFTER_MS) {
      await sleep(POLL_MS);
      continue;
    }
    const restarts = notReady.filter((name) => start.restartable.delete(name));
    await Promise.all(restarts.map((name) => docker(["restart", "--time=3", name])));
    await sleep(SLOW_POLL_MS);
  }
}

async function throwIfFailed(
  { cluster, restartable }: Start,
  containers: readonly Container[],
  suspect: string,
  waited: number,
): Promise<void> {
  const stopped = containers.find(({ status }) => status === "exited" || status === "dead");
  if (stopped) throw await explainFailure(cluster, stopped.name, "exited");
  if (waited > TIMEOUT_MS)
    throw await explainFailure(cluster, suspect, `was not ready after ${TIMEOUT_MS / 1000} s`);
  if (waited >= RESTART_AFTER_MS && !restartable.has(suspect) && (await keepsExiting(suspect)))
    throw await explainFailure(cluster, suspect, "keeps exiting");
}

async function keepsExiting(container: string): Promise<boolean> {
  const read = ["exec", container, "cat", "/run/ha-celery/ended"];
  const { failed, stdout } = await execa("docker", read, { reject: false, stdin: "ignore" });
  return !failed && lines(stdout).length >= MAX_EXITS;
}
