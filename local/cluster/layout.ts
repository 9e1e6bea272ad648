import { localName } from "../paths";

/** What is settled once for a cluster and kept: the first two bytes of all its addresses, and its ports on the host. */
export interface Layout {
  readonly cluster: string;
  /** Of this making of the cluster, and on its volumes: others of the same name, from another checkout, have another. */
  readonly id: string;
  /** For example "10.210": the cluster has 10.210.0.0/16 to itself. */
  readonly prefix: string;
  readonly apiPort: number;
  readonly registryPort: number;
  /** How many nodes it has, besides the control plane. */
  readonly nodes: number;
}

/** A container that is a Kubernetes node. */
export interface Node {
  readonly name: string;
  readonly ip: string;
  readonly zone: string;
  readonly podCidr: string;
}

/** As many as the brokers that must not share one. */
export const DEFAULT_NODES = 3;

/** Nodes take turns in them, so that spreading over zones can be tried. */
const ZONES = ["local-a", "local-b", "local-c"];

/** Seen only inside the cluster, so that every cluster may have the same. */
export const SERVICES = { cidr: "10.96.0.0/16", api: "10.96.0.1", dns: "10.96.0.10" };

/** The addresses of containers, the only ones that the host itself has a route to. */
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
