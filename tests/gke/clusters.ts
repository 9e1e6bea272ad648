import type { GkeClusterArgs } from "../../components";
import { BASE, GIVEN, KEY, OFFICE, PROTECTED, ZONES } from "./changes";

/** Clusters that together set every argument. */
export const CLUSTERS: [what: string, args: GkeClusterArgs][] = [
  ["defaults", BASE],
  ["every protection", PROTECTED],
  [
    "public nodes, authorized networks, and a spot pool",
    {
      ...BASE,
      privateNodes: false,
      dnsEndpoint: false,
      authorizedNetworks: [{ cidr: OFFICE, name: "office" }],
      spotPool: { maxNodes: 3 },
      labels: { team: "orders" },
    },
  ],
  [
    "a given key, and images that are logged",
    {
      ...BASE,
      encryption: { scope: "disks", key: KEY },
      security: { binaryAuthorization: "audit", trustedImages: ["registry.example.com/celery/*"] },
      backup: { schedule: "30 4 * * 0", retainDays: 30, namespaces: ["celery"] },
      spotPool: { maxNodes: 3, minNodes: 1, machineType: "n4-standard-2" },
    },
  ],
  [
    "a given network, and nothing that can be turned off",
    {
      ...BASE,
      ...GIVEN,
      nodeZones: ZONES,
      nodes: 6,
      enableApis: false,
      machineType: "c4-standard-4",
      diskGb: 100,
      spot: true,
      releaseChannel: "EXTENDED",
      encryption: { scope: "google" },
      security: {
        binaryAuthorization: "off",
        intranodeVisibility: false,
        posture: false,
        systemGroupBindings: true,
        kubeletReadOnlyPort: true,
      },
      notifications: false,
      metrics: ["SYSTEM_COMPONENTS", "POD"],
    },
  ],
];
