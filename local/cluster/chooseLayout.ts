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

/**
 * Keeps the cluster's current or stored addresses and ports. Chooses new ones if they are missing or in use by now.
 */
export async function chooseLayout(
  cluster: string,
  desiredNodes: number | undefined,
  report: Report,
): Promise<{ layout: Layout; networkId: string }> {
  const [containers, stored] = await Promise.all([listContainers(), readLayout(cluster)]);
  const { id: networkId, prefix } = await ensureNetwork(cluster, stored?.prefix);
  const others = containers.filter((container) => container.cluster !== cluster);
  const reserved = new Set(others.flatMap(({ ports }) => Object.values(ports)));

  const resolvePort = async (name: string, inside: string, kept: number | undefined, preferred: number) => {
    const container = containers.find((candidate) => candidate.name === name);
    const bound = container?.ports[inside];
    if (bound && (container?.status === "running" || container?.status === "paused")) return bound;
    const first = bound ?? kept ?? preferred;
    const port = await choosePort(first, reserved);
    if (port !== first) report(`port ${first} is in use: ${name} gets port ${port}`);
    reserved.add(port);
    return port;
  };
  const apiPort = await resolvePort(controlPlaneName(cluster), "6443/tcp", stored?.apiPort, API_PORT);
  const registryPort = await resolvePort(
    registryName(cluster),
    "5000/tcp",
    stored?.registryPort,
    REGISTRY_PORT,
  );

  const nodes = stored?.nodes ?? desiredNodes ?? DEFAULT_NODES;
  const layout = { cluster, id: stored?.id ?? randomUUID(), prefix, apiPort, registryPort, nodes };
  await writeLayout(cluster, layout);
  return { layout, networkId };
}

/** Whether a container, running or not, matches the desired state. */
export function isUpToDate(container: Container, fingerprint: string, networkId: string): boolean {
  return (
    container.fingerprint === fingerprint &&
    container.networkIds[localName(container.cluster)] === networkId &&
    !["dead", "removing"].includes(container.status)
  );
}
