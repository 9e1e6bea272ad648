import { readFile } from "node:fs/promises";
import { UserError } from "../../operate/errors";
import { localName } from "../paths";
import { choosePrefix, isFree, parseRoutes, prefixOf } from "./addresses";
import { CLUSTER_LABEL } from "./containers";
import { docker, lines } from "./docker";

/** A Docker network of ours that exists. */
export interface Network {
  readonly id: string;
  readonly prefix: string;
}

/** The cluster's network, made if it is missing: with the addresses it had before, as long as nobody else took them. */
export async function ensureNetwork(cluster: string, earlierPrefix: string | undefined): Promise<Network> {
  const existing = (await dockerNetworks()).find(({ name }) => name === localName(cluster));
  const prefix = prefixOf(existing?.subnets[0] ?? "");
  if (existing && prefix) return { id: existing.id, prefix };
  if (existing) await docker(["network", "rm", existing.id]);
  return makeNetwork(cluster, earlierPrefix);
}

async function makeNetwork(cluster: string, earlierPrefix: string | undefined): Promise<Network> {
  const inUse = [...(await dockerNetworks()).flatMap(({ subnets }) => subnets), ...(await hostRoutes())];
  const prefix = earlierPrefix && isFree(earlierPrefix, inUse) ? earlierPrefix : choosePrefix(inUse);
  if (!prefix) {
    throw new UserError(
      `No free network is left for the cluster "${cluster}": every candidate overlaps one of ${inUse.join(", ")}. ` +
        "Remove networks that nobody uses: docker network prune",
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

/** Empty where the host is not Linux: Docker then runs in a machine of its own. */
async function hostRoutes(): Promise<string[]> {
  return parseRoutes(await readFile("/proc/net/route", "utf8").catch(() => ""));
}
