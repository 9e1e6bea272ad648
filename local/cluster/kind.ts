import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { UserError } from "../../operate/errors";
import { localName } from "../paths";
import type { Report } from "../report";
import { Api } from "./api";
import { CLUSTER_LABEL } from "./containers";
import { docker, lines, listContainers } from "./docker";
import { checkKind, kindConfig, kindHosts } from "./kindConfig";
import { DEFAULT_NODES, registryAddress, registryName } from "./layout";
import type { LocalCluster } from "./localCluster";
import { choosePort } from "./ports";
import { registryReady } from "./readiness";
import { kubeconfigPath, readKubeconfig } from "./state";

// Kubernetes 1.34, as in the clusters that we assemble.
const NODE_IMAGE = "kindest/node:v1.34.0";
const REGISTRY_IMAGE = "registry:3";
const RESTART_TIMEOUT_MS = 60_000;

/** Whether kind can make a cluster here, and why or why not. */
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
  // kind does not mend half of a cluster: what does not answer is made anew.
  await deleteKind(cluster, report);
  report("kind makes the cluster");
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
  const port = await runRegistry(cluster);
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

/** Kind's containers do not all start by themselves after a reboot. */
async function restartKind(cluster: string, report: Report): Promise<LocalCluster | undefined> {
  if (!(await madeByKind(cluster))) return undefined;
  report("starting the containers of kind's cluster");
  const containers = [...(await kindNodes(cluster)), registryName(cluster)];
  await Promise.allSettled(containers.map((container) => docker(["start", container])));
  for (const deadline = Date.now() + RESTART_TIMEOUT_MS; Date.now() < deadline; await sleep(1_000)) {
    const found = await findKind(cluster);
    if (found) return found;
  }
  return undefined;
}

/** The cluster if kind made it, and it and its registry answer. */
export async function findKind(cluster: string): Promise<LocalCluster | undefined> {
  const kubeconfig = await readKubeconfig(cluster);
  const registry = (await listContainers(cluster)).find(({ name }) => name === registryName(cluster));
  const port = registry?.ports["5000/tcp"];
  if (!kubeconfig?.includes(`kind-${localName(cluster)}`) || !port) return undefined;

  const api = new Api(kubeconfig);
  try {
    const nodes = await api.list<unknown>("/api/v1/nodes");
    const answers =
      nodes.length > DEFAULT_NODES && (await registryReady(registryAddress({ registryPort: port })));
    return answers ? describe(cluster, port) : undefined;
  } finally {
    api.close();
  }
}

/** True when kind knows a cluster of this name, whole or not. */
export async function madeByKind(cluster: string): Promise<boolean> {
  return (await kindInstalled()) && lines(await kind(["get", "clusters"])).includes(localName(cluster));
}

/** Removes kind's part; the registry goes with everything else that has our label. */
export async function deleteKind(cluster: string, report: Report): Promise<void> {
  if (!(await madeByKind(cluster))) return;
  report("kind removes its cluster");
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
  const label = `--label=${CLUSTER_LABEL}=${cluster}`;
  await docker([
    "run",
    "--detach",
    `--name=${name}`,
    label,
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
