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
import { withAddresses } from "./ports";
import { kubeconfigPath, readKubeconfig, readLayout, removeState } from "./state";
import { startUp } from "./startUp";

/** Creates a cluster from containers of our own node image: a control plane, nodes and a registry. */
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
  const { layout, existing, startedAt } = await withAddresses(report, async () => {
    const startedAt = Date.now();
    const { layout, networkId } = await chooseLayout(cluster, nodes, report);
    const existing = await listContainers(cluster);
    const specs = containerSpecs(layout, image);
    await Promise.all(specs.map((spec) => ensureContainer(spec, existing, networkId)));
    return { layout, existing, startedAt };
  });
  const alreadyRunning = existing.filter(({ status }) => status === "running").map(({ name }) => name);
  await startUp(layout, alreadyRunning, startedAt, report);
  return describe(cluster, layout.registryPort);
}

/** Returns the cluster if its control plane runs, whatever the state of its nodes. */
export async function findControlPlane(cluster: string): Promise<LocalCluster | undefined> {
  const [containers, kubeconfig, layout] = await Promise.all([
    listContainers(cluster),
    readKubeconfig(cluster),
    readLayout(cluster),
  ]);
  if (!kubeconfig || !layout) return undefined;
  const controlPlane = containers.find(({ name }) => name === controlPlaneName(cluster));
  return controlPlane?.status === "running" ? describe(cluster, layout.registryPort) : undefined;
}

/** Returns the cluster if all its containers are running and its nodes are ready. */
export async function findAssembled(cluster: string): Promise<LocalCluster | undefined> {
  const [containers, kubeconfig, layout] = await Promise.all([
    listContainers(cluster),
    readKubeconfig(cluster),
    readLayout(cluster),
  ]);
  const isRunning = (name: string) =>
    containers.some(
      (container) =>
        container.name === name &&
        container.status === "running" &&
        localName(cluster) in container.networkIds,
    );
  if (!kubeconfig || !layout) return undefined;
  const names = nodeNames({ cluster, nodes: layout.nodes });
  if (![controlPlaneName(cluster), ...names, registryName(cluster)].every(isRunning)) return undefined;

  const api = new Api(kubeconfig);
  try {
    const [controlPlane, ready, registry] = await Promise.all([
      controlPlaneReady(api),
      readyNodes(api, names, containers),
      registryReady(registryAddress(layout)),
    ]);
    const isReady = controlPlane && registry && ready.length === names.length;
    return isReady ? describe(cluster, layout.registryPort) : undefined;
  } finally {
    api.close();
  }
}

/** Removes the cluster's objects by label, including those of an interrupted run or of an older version. */
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
  // The container is missing, outdated or unable to start. A new one continues with the data in its volume.
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
