import { randomUUID } from "node:crypto";
import type { Report } from "../report";
import { localName } from "../paths";
import { type Container, listContainers } from "./docker";
import { controlPlaneName, DEFAULT_NODES, type Layout, registryName } from "./layout";
import { ensureNetwork } from "./network";
import { choosePort } from "./ports";
import { readLayout, writeLayout } from "./state";

const API_PORT = 6443;
const REGISTRY_PORT = 5000;

/** Keeps the addresses and ports that the cluster has, or had; chooses those that are missing or taken by now. */
export async function chooseLayout(
  cluster: string,
  wantedNodes: number | undefined,
  report: Report,
): Promise<{ layout: Layout; networkId: string }> {
  const [containers, earlier] = await Promise.all([listContainers(), readLayout(cluster)]);
  const { id: networkId, prefix } = await ensureNetwork(cluster, earlier?.prefix);
  const others = containers.filter((container) => container.cluster !== cluster);
  const reserved = new Set(others.flatMap(({ ports }) => Object.values(ports)));

  const settlePort = async (name: string, inside: string, kept: number | undefined, preferred: number) => {
    const container = containers.find((candidate) => candidate.name === name);
    const bound = container?.ports[inside];
    if (bound && (container?.status === "running" || container?.status === "paused")) return bound;
    const wanted = bound ?? kept ?? preferred;
    const port = await choosePort(wanted, reserved);
    if (port !== wanted) report(`port ${wanted} is taken: ${name} gets port ${port}`);
    reserved.add(port);
    return port;
  };
  const apiPort = await settlePort(controlPlaneName(cluster), "6443/tcp", earlier?.apiPort, API_PORT);
  const registryPort = await settlePort(
    registryName(cluster),
    "5000/tcp",
    earlier?.registryPort,
    REGISTRY_PORT,
  );

  const nodes = earlier?.nodes ?? wantedNodes ?? DEFAULT_NODES;
  const layout = { cluster, id: earlier?.id ?? randomUUID(), prefix, apiPort, registryPort, nodes };
  await writeLayout(cluster, layout);
  return { layout, networkId };
}

/** True when the container is what it should be, running or not. */
export function isUpToDate(container: Container, fingerprint: string, networkId: string): boolean {
  return (
    container.fingerprint === fingerprint &&
    container.networkIds[localName(container.cluster)] === networkId &&
    !["dead", "removing"].includes(container.status)
  );
}
