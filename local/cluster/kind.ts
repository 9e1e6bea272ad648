import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { UserError } from "../../operate/errors";
import { localName, REPOSITORY } from "../paths";
import type { Report } from "../report";
import { Api } from "./api";
import { CHECKOUT_LABEL, CLUSTER_LABEL } from "./containers";
import { docker, lines, listContainers } from "./docker";
import { checkKind, kindConfig, kindHosts } from "./kindConfig";
import { DEFAULT_NODES, registryAddress, registryName } from "./layout";
import type { LocalCluster } from "./localCluster";
import { choosePort, withAddresses } from "./ports";
import { registryReady } from "./readiness";
import { kubeconfigPath, readKubeconfig } from "./state";

// Kubernetes 1.34, as in clusters of our own node image.
const NODE_IMAGE = "kindest/node:v1.34.0";
const REGISTRY_IMAGE = "registry:3";
const RESTART_TIMEOUT_MS = 60_000;

/** Checks whether kind can create a cluster on this machine, and returns the reason. */
export async function kindUsable(report: Report): Promise<{ usable: boolean; reason: string }> {
  if (!(await kindInstalled())) return checkKind({ installed: false, missing: [] });
  const missing: string[] = [];
  for (const image of [NODE_IMAGE, REGISTRY_IMAGE])
    if (!(await haveImage(image, report))) missing.push(image);
  return checkKind({ installed: true, missing });
}

export async function createKind(cluster: string, count: number, report: Report): Promise<LocalCluster> {
  const restarted = await restartKind(cluster, report);
  if (restarted) return restarted;
  // kind cannot repair a cluster, so one that does not respond is recreated.
  await deleteKind(cluster, report);
  report("kind creates the cluster");
  await kind(
    [
      "create",
      "cluster",
      `--image=${NODE_IMAGE}`,
      "--config=-",
      `--kubeconfig=${kubeconfigPath(cluster)}`,
      "--wait=180s",
    ],
    kindConfig(cluster, count),
  );
  const port = await withAddresses(report, () => runRegistry(cluster));
  const folder = `/etc/containerd/certs.d/${registryAddress({ registryPort: port })}`;
  for (const node of await kindNodes(cluster)) {
    await docker(["exec", node, "mkdir", "-p", folder]);
    await docker(
      ["exec", "--interactive", node, "cp", "/dev/stdin", `${folder}/hosts.toml`],
      kindHosts(registryName(cluster)),
    );
  }
  return describe(cluster, port);
}

/** Starts the containers of an existing cluster, because after a reboot Docker does not start all of them. */
async function restartKind(cluster: string, report: Report): Promise<LocalCluster | undefined> {
  if (!(await madeByKind(cluster))) return undefined;
  report("starting the containers of the kind cluster");
  const containers = [...(await kindNodes(cluster)), registryName(cluster)];
  await Promise.allSettled(containers.map((container) => docker(["start", container])));
  for (const deadline = Date.now() + RESTART_TIMEOUT_MS; Date.now() < deadline; await sleep(1_000)) {
    const found = await findKind(cluster);
    if (found) return found;
  }
  return undefined;
}

/** Returns the cluster if kind created it and both it and its registry respond. */
export async function findKind(cluster: string): Promise<LocalCluster | undefined> {
  const kubeconfig = await readKubeconfig(cluster);
  const registry = (await listContainers(cluster)).find(({ name }) => name === registryName(cluster));
  const port = registry?.ports["5000/tcp"];
  if (!kubeconfig?.includes(`kind-${localName(cluster)}`) || !port) return undefined;

  const api = new Api(kubeconfig);
  try {
    const nodes = await api.list<unknown>("/api/v1/nodes");
    const isReady =
      nodes.length > DEFAULT_NODES && (await registryReady(registryAddress({ registryPort: port })));
    return isReady ? describe(cluster, port) : undefined;
  } finally {
    api.close();
  }
}

/** Whether kind lists a cluster of this name, complete or not. */
export async function madeByKind(cluster: string): Promise<boolean> {
  return (await kindInstalled()) && lines(await kind(["get", "clusters"])).includes(localName(cluster));
}

/** Removes the kind cluster. Its registry is removed by label, like the other containers. */
export async function deleteKind(cluster: string, report: Report): Promise<void> {
  if (!(await madeByKind(cluster))) return;
  report("kind deletes the cluster");
  await kind([
    "delete",
    "cluster",
    `--name=${localName(cluster)}`,
    `--kubeconfig=${kubeconfigPath(cluster)}`,
  ]);
}

async function runRegistry(cluster: string): Promise<number> {
  const name = registryName(cluster);
  await docker(["rm", "--force", "--volumes", name]).catch(() => undefined);
  const taken = (await listContainers()).flatMap(({ ports }) => Object.values(ports));
  const port = await choosePort(5000, new Set(taken));
  const labels = [`--label=${CLUSTER_LABEL}=${cluster}`, `--label=${CHECKOUT_LABEL}=${REPOSITORY}`];
  await docker([
    "run",
    "--detach",
    `--name=${name}`,
    ...labels,
    "--network=kind",
    `--publish=127.0.0.1:${port}:5000`,
    REGISTRY_IMAGE,
  ]);
  return port;
}

async function kindNodes(cluster: string): Promise<string[]> {
  return lines(await kind(["get", "nodes", `--name=${localName(cluster)}`]));
}

async function kindInstalled(): Promise<boolean> {
  return !(await execa("kind", ["version"], { reject: false })).failed;
}

async function haveImage(image: string, report: Report): Promise<boolean> {
  if (!(await execa("docker", ["image", "inspect", image], { reject: false })).failed) return true;
  report(`pulling ${image} for kind`);
  return !(await execa("docker", ["pull", "--quiet", image], { reject: false })).failed;
}

async function kind(args: readonly string[], input = ""): Promise<string> {
  const result = await execa("kind", args, { reject: false, input });
  if (result.failed) {
    const tail = result.stderr.trim().split("\n").slice(-8).join("\n");
    throw new UserError(
      `kind ${args.slice(0, 2).join(" ")} failed:\n${tail}\nTo use our own node image instead, take kind off PATH.`,
    );
  }
  return result.stdout;
}

function describe(cluster: string, registryPort: number): LocalCluster {
  return {
    name: cluster,
    kubeconfigPath: kubeconfigPath(cluster),
    context: `kind-${localName(cluster)}`,
    registry: registryAddress({ registryPort }),
  };
}
