import { readFile } from "node:fs/promises";
import { UserError } from "../../operate/errors";
import { localName } from "../paths";
import { choosePrefix, isFree, parseRoutes, prefixOf } from "./addresses";
import { CLUSTER_LABEL } from "./containers";
import { docker, lines } from "./docker";

/** The Docker network of a cluster. */
export interface Network {
  readonly id: string;
  readonly prefix: string;
}

/**
 * Returns the cluster's network. Creates it if needed, with its previous addresses unless another network uses them
 * now.
 */
export async function ensureNetwork(cluster: string, storedPrefix: string | undefined): Promise<Network> {
  const existing = (await dockerNetworks()).find(({ name }) => name === localName(cluster));
  const prefix = prefixOf(existing?.subnets[0] ?? "");
  if (existing && prefix) return { id: existing.id, prefix };
  if (existing) await docker(["network", "rm", existing.id]);
  return createNetwork(cluster, storedPrefix);
}

async function createNetwork(cluster: string, storedPrefix: string | undefined): Promise<Network> {
  const inUse = [...(await dockerNetworks()).flatMap(({ subnets }) => subnets), ...(await hostRoutes())];
  const prefix = storedPrefix && isFree(storedPrefix, inUse) ? storedPrefix : choosePrefix(inUse);
  if (!prefix) {
    throw new UserError(
      `No free network for the cluster "${cluster}": every candidate overlaps one of ${inUse.join(", ")}. ` +
        "Remove unused networks: docker network prune",
    );
  }
  const id = await docker([
    "network",
    "create",
    `--subnet=${prefix}.0.0/24`,
    `--label=${CLUSTER_LABEL}=${cluster}`,
    localName(cluster),
  ]);
  return { id: id.trim(), prefix };
}

interface DockerNetwork {
  readonly id: string;
  readonly name: string;
  readonly subnets: readonly string[];
}

async function dockerNetworks(): Promise<DockerNetwork[]> {
  const ids = lines(await docker(["network", "ls", "--quiet", "--no-trunc"]));
  const found = JSON.parse(await docker(["network", "inspect", ...ids])) as {
    Id: string;
    Name: string;
    IPAM: { Config: { Subnet?: string }[] | null };
  }[];
  return found.map(({ Id, Name, IPAM }) => ({
    id: Id,
    name: Name,
    subnets: (IPAM.Config ?? []).flatMap(({ Subnet }) => (Subnet?.includes(".") ? [Subnet] : [])),
  }));
}

/**
 * Networks that the host has routes to. Empty if the host is not Linux, because Docker then runs in a virtual
 * machine.
 */
async function hostRoutes(): Promise<string[]> {
  return parseRoutes(await readFile("/proc/net/route", "utf8").catch(() => ""));
}
