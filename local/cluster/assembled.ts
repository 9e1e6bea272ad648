import { localName } from "../paths";
import type { Report } from "../report";
import { Api } from "./api";
import { type ContainerSpec, containerSpecs, CLUSTER_LABEL } from "./containers";
import { type Container, docker, lines, listContainers } from "./docker";
import { controlPlaneName, nodeNames, registryAddress, registryName } from "./layout";
import type { LocalCluster } from "./localCluster";
import { controlPlaneReady, readyNodes, registryReady } from "./readiness";
import { isUpToDate, chooseLayout } from "./chooseLayout";
import { rejectForeignVolumes } from "./foreignVolumes";
import { kubeconfigPath, readKubeconfig, readLayout, removeState } from "./state";
import { startUp } from "./startUp";

/** A cluster put together from containers of our own node image: a control plane, nodes, a registry. */
export async function createAssembled(
  cluster: string,
  nodes: number | undefined,
  nodeImage: () => Promise<string>,
  report: Report,
): Promise<LocalCluster> {
  const running = await findAssembled(cluster);
  if (running) return running;
  await rejectForeignVolumes(cluster);

  const image = await nodeImage();
  const begun = Date.now();
  const { layout, networkId } = await chooseLayout(cluster, nodes, report);
  const existing = await listContainers(cluster);
  const specs = containerSpecs(layout, image);
  await Promise.all(specs.map((spec) => ensureContainer(spec, existing, networkId)));
  const ranBefore = existing.filter(({ status }) => status === "running").map(({ name }) => name);
  await startUp(layout, ranBefore, begun, report);
  return describe(cluster, layout.registryPort);
}

/** The cluster if all of it runs and its nodes are ready. */
export async function findAssembled(cluster: string): Promise<LocalCluster | undefined> {
  const [containers, kubeconfig, settled] = await Promise.all([
    listContainers(cluster),
    readKubeconfig(cluster),
    readLayout(cluster),
  ]);
  const runs = (name: string) =>
    containers.some(
      (container) =>
        container.name === name &&
        container.status === "running" &&
        localName(cluster) in container.networkIds,
    );
  if (!kubeconfig || !settled) return undefined;
  const names = nodeNames({ cluster, nodes: settled.nodes });
  if (![controlPlaneName(cluster), ...names, registryName(cluster)].every(runs)) return undefined;

  const api = new Api(kubeconfig);
  try {
    const [control, ready, registry] = await Promise.all([
      controlPlaneReady(api),
      readyNodes(api, names, containers),
      registryReady(registryAddress(settled)),
    ]);
    const whole = control && registry && ready.length === names.length;
    return whole ? describe(cluster, settled.registryPort) : undefined;
  } finally {
    api.close();
  }
}

/** Removes by label, so that what an interrupted or an older version made goes too. */
export async function deleteAssembled(cluster: string, report: Report): Promise<void> {
  const filter = `--filter=label=${CLUSTER_LABEL}=${cluster}`;
  const containers = lines(await docker(["ps", "--all", "--quiet", filter]));
  if (containers.length > 0) {
    report(`removing ${containers.length} containers`);
    await docker(["rm", "--force", "--volumes", ...containers]);
  }
  const volumes = lines(await docker(["volume", "ls", "--quiet", filter]));
  if (volumes.length > 0) await docker(["volume", "rm", "--force", ...volumes]);
  const networks = lines(await docker(["network", "ls", "--quiet", filter]));
  if (networks.length > 0) await docker(["network", "rm", ...networks]);
  await removeState(cluster);
}

async function ensureContainer(
  spec: ContainerSpec,
  existing: readonly Container[],
  networkId: string,
): Promise<void> {
  const container = existing.find(({ name }) => name === spec.name);
  if (container && isUpToDate(container, spec.fingerprint, networkId)) {
    if (container.status === "running") return;
    if (container.status === "paused") return void (await docker(["unpause", spec.name]));
    const started = await docker(["start", spec.name]).then(
      () => true,
      () => false,
    );
    if (started) return;
  }
  // Half-made, of another shape, or not able to start: its data is in its volume, so a new one goes on from there.
  await docker(["rm", "--force", spec.name]).catch(() => undefined);
  await docker(["run", ...spec.args]);
}

function describe(cluster: string, registryPort: number): LocalCluster {
  return {
    name: cluster,
    kubeconfigPath: kubeconfigPath(cluster),
    context: localName(cluster),
    registry: registryAddress({ registryPort }),
  };
}
