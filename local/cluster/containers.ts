import { createHash } from "node:crypto";
import { localName, PREFIX, REPOSITORY } from "../paths";
import {
  clusterCidr,
  controlPlaneIp,
  controlPlaneName,
  type Layout,
  type Node,
  nodes,
  podsCidr,
  registryAddress,
  registryIp,
  registryName,
  SERVICES,
} from "./layout";

/** The desired state of a container. */
export interface ContainerSpec {
  readonly name: string;
  /** Arguments of `docker run`. */
  readonly args: readonly string[];
  /** Hash of the arguments. A container with another fingerprint is recreated; its data stays in a volume. */
  readonly fingerprint: string;
}

export const CLUSTER_LABEL = `${PREFIX}.cluster`;
/** Label of volumes: the id of the cluster whose data they hold. */
export const ID_LABEL = `${PREFIX}.id`;
/** Label of containers: the checkout that created the cluster. */
export const CHECKOUT_LABEL = `${PREFIX}.checkout`;
export const FINGERPRINT_LABEL = `${PREFIX}.fingerprint`;

/**
 * Permissions that a node needs to run containers itself. Not --privileged, because that requests every capability and
 * fails on a host that lacks one (CAP_SYS_RESOURCE in some virtual machines).
 */
const NODE_PERMISSIONS = [
  ...["--cap-add=ALL", "--cap-drop=SYS_RESOURCE"],
  ...["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined", "label=disable"].map(
    (option) => `--security-opt=${option}`,
  ),
  "--cgroupns=private",
];

/** Returns the desired containers of a cluster. */
export function containerSpecs(layout: Layout, image: string): ContainerSpec[] {
  const { cluster, apiPort, registryPort } = layout;
  const podRoutes = nodes(layout)
    .map(({ podCidr, ip }) => `${podCidr}=${ip}`)
    .join(" ");
  const environment = {
    CLUSTER_CONTEXT: localName(cluster),
    CONTROL_PLANE_IP: controlPlaneIp(layout),
    DNS_SERVICE_IP: SERVICES.dns,
    POD_ROUTES: podRoutes,
  };
  const certificates = localName(cluster, "certificates");

  return [
    containerSpec(layout, image, {
      part: "control-plane",
      name: controlPlaneName(cluster),
      ip: controlPlaneIp(layout),
      options: [
        "--cap-add=NET_ADMIN",
        `--publish=127.0.0.1:${apiPort}:6443`,
        mount(layout, certificates, "/certificates"),
      ],
      environment: {
        ...environment,
        API_SERVICE_IP: SERVICES.api,
        SERVICE_CIDR: SERVICES.cidr,
        NODES: nodes(layout)
          .map(({ name, ip }) => `${name}=${ip}`)
          .join(" "),
      },
    }),
    ...nodes(layout).map((node) =>
      containerSpec(layout, image, {
        part: "node",
        name: node.name,
        ip: node.ip,
        options: [...NODE_PERMISSIONS, mount(layout, certificates, "/certificates", "readonly")],
        environment: { ...environment, ...nodeEnvironment(layout, node) },
      }),
    ),
    containerSpec(layout, image, {
      part: "registry",
      name: registryName(cluster),
      ip: registryIp(layout),
      options: [`--publish=127.0.0.1:${registryPort}:5000`],
      environment: {},
    }),
  ];
}

function nodeEnvironment(layout: Layout, node: Node): Record<string, string> {
  return {
    CLUSTER_CIDR: clusterCidr(layout),
    NODE_IP: node.ip,
    NODE_NAME: node.name,
    PODS_CIDR: podsCidr(layout),
    POD_CIDR: node.podCidr,
    REGISTRY: registryAddress(layout),
    REGISTRY_IP: registryIp(layout),
    ZONE: node.zone,
  };
}

interface Part {
  readonly part: "control-plane" | "node" | "registry";
  readonly name: string;
  readonly ip: string;
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

function containerSpec(layout: Layout, image: string, part: Part): ContainerSpec {
  const { cluster } = layout;
  const args = [
    `--hostname=${part.name}`,
    `--network=${localName(cluster)}`,
    `--ip=${part.ip}`,
    // The volume is named after the container, so that a new container finds the data of a lost one.
    mount(layout, part.name, "/data"),
    "--tmpfs=/run",
    ...part.options,
    ...Object.entries(part.environment).map(([name, value]) => `--env=${name}=${value}`),
    image,
    part.part,
  ];
  const fingerprint = createHash("sha256").update(JSON.stringify(args)).digest("hex").slice(0, 12);
  const identity = [
    `--name=${part.name}`,
    `--label=${CLUSTER_LABEL}=${cluster}`,
    `--label=${CHECKOUT_LABEL}=${REPOSITORY}`,
    `--label=${FINGERPRINT_LABEL}=${fingerprint}`,
  ];
  return { name: part.name, fingerprint, args: ["--detach", ...identity, ...args] };
}

function mount({ cluster, id }: Layout, volume: string, target: string, ...options: string[]): string {
  const labels = [`${CLUSTER_LABEL}=${cluster}`, `${ID_LABEL}=${id}`].map((label) => `volume-label=${label}`);
  return `--mount=${["type=volume", `source=${volume}`, `target=${target}`, ...labels, ...options].join(",")}`;
}
