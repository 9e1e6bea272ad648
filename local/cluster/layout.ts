import { localName } from "../paths";

/** Addresses, host ports and size of a cluster, chosen once and then stored. */
export interface Layout {
  readonly cluster: string;
  /** Unique id, also on the volumes: distinguishes this cluster from one of the same name in another checkout. */
  readonly id: string;
  /** First two bytes of every address: with "10.210" the cluster uses 10.210.0.0/16. */
  readonly prefix: string;
  readonly apiPort: number;
  readonly registryPort: number;
  /** Number of nodes, not counting the control plane. */
  readonly nodes: number;
}

/** A container that is a Kubernetes node. */
export interface Node {
  readonly name: string;
  readonly ip: string;
  readonly zone: string;
  readonly podCidr: string;
}

/** One node for each of the three brokers, which must not share a node. */
export const DEFAULT_NODES = 3;

/** Zones, assigned to the nodes in turn, so that zone spreading can be tested. */
const ZONES = ["local-a", "local-b", "local-c"];

/** Service addresses. They are only visible inside a cluster, so all clusters use the same. */
export const SERVICES = { cidr: "10.96.0.0/16", api: "10.96.0.1", dns: "10.96.0.10" };

/** Addresses of the containers, the only part of the cluster's network that the host can route to. */
export const subnet = ({ prefix }: Pick<Layout, "prefix">) => `${prefix}.0.0/24`;
export const clusterCidr = ({ prefix }: Layout) => `${prefix}.0.0/16`;
export const podsCidr = ({ prefix }: Layout) => `${prefix}.128.0/17`;
export const controlPlaneIp = ({ prefix }: Layout) => `${prefix}.0.2`;
export const registryIp = ({ prefix }: Layout) => `${prefix}.0.3`;

export const controlPlaneName = (cluster: string) => localName(cluster, "control-plane");
export const registryName = (cluster: string) => localName(cluster, "registry");
export const registryAddress = ({ registryPort }: Pick<Layout, "registryPort">) =>
  `127.0.0.1:${registryPort}`;

export const zoneOf = (index: number) => ZONES[index % ZONES.length] ?? "local";

export function nodeNames({ cluster, nodes: count }: Pick<Layout, "cluster" | "nodes">): string[] {
  return Array.from({ length: count }, (_, index) => localName(cluster, `node-${index + 1}`));
}

export function nodes(layout: Layout): Node[] {
  const { prefix } = layout;
  return nodeNames(layout).map((name, index) => ({
    name,
    ip: `${prefix}.0.${index + 11}`,
    zone: zoneOf(index),
    podCidr: `${prefix}.${index + 129}.0/24`,
  }));
}
