import type { AuthorizedNetwork, GkeClusterArgs, MaintenanceWindow, SpotPool } from "./args";
import {
  type Check,
  type Rule,
  type Validation,
  check,
  checkedByRule,
  each,
  fields,
  ifPlain,
  oneOf,
  quote,
  unchecked,
  wholeNumber,
} from "../shared/checks";
import { MetricPackage, ReleaseChannel, Weekday } from "./choices";
import { networkAddress } from "./cidr";
import { isRegion, isZone, regionOf, zonesOf } from "./location";
import { DEFAULT_HOURS } from "./maintenance";
import { DEFAULT_NODES } from "./resolve";
import {
  backup,
  encryption,
  exclusions,
  flowLogsOfOwnNetwork,
  keyInTheRegion,
  security,
  upgrades,
} from "./securityValidation";

export const project: Check<string> = check(
  (id) => /^([a-z0-9][-a-z0-9.]*\.[a-z]+:)?[a-z][-a-z0-9]{4,28}[a-z0-9]$/.test(id),
  (what, id) =>
    `${what} is ${quote(id)}, which is not a Google Cloud project ID. Use 6 to 30 lowercase letters, digits and "-", as \`gcloud projects list\` shows it.`,
);

const location: Check<string> = check(
  (name) => isRegion(name) || isZone(name),
  (what, name) =>
    `${what} is ${quote(name)}, which is neither a region nor a zone of Google Cloud. Use for example "us-east1" for three zones, or "us-east1-c" for one.`,
);

export const machineType: Check<string> = check(
  (type) => /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(type),
  (what, type) =>
    `${what} is ${quote(type)}, which is not a valid machine type. Use for example "e2-standard-4".`,
);

export const cidr: Check<string> = (what, text) => {
  const network = networkAddress(text);
  if (network === undefined) {
    return [
      `${what} is ${quote(text)}, which is not an IPv4 network. Use for example "203.0.113.0/24", or "203.0.113.7/32" for one address.`,
    ];
  }
  if (network === text) return [];
  return [
    `${what} is ${quote(text)}, which names an address inside a network. Use ${quote(network)} for the network, or ${quote(text.replace(/\/.*/, "/32"))} for the address.`,
  ];
};

const authorizedNetwork = fields<AuthorizedNetwork>({ cidr, name: unchecked });

const machines = (least: number) => wholeNumber({ why: "it is a number of machines", least });

const spotPool = fields<SpotPool>(
  { maxNodes: machines(1), minNodes: machines(0), machineType },
  {
    needs: ["maxNodes", "minNodes"],
    problems: ({ maxNodes, minNodes = 0 }) =>
      minNodes <= maxNodes
        ? []
        : [
            `minNodes is ${minNodes}, but maxNodes is ${maxNodes}. Use at most ${maxNodes}, or raise maxNodes.`,
          ],
  },
);

const maintenance = fields<MaintenanceWindow>({
  start: check(
    (time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time),
    (what, time) => `${what} is ${quote(time)}, which is not a time of day. Use UTC, for example "03:00".`,
  ),
  hours: wholeNumber({
    why: "GKE ignores windows of less than 4 hours, and a day has 24",
    least: 4,
    most: 24,
  }),
  days: each(oneOf(Weekday)),
  exclusions,
});

/** Labels of Google Cloud, which are stricter than those of Kubernetes. */
const labels: Check<Record<string, string>> = (what, map) =>
  Object.entries(map)
    .filter(([key, value]) => !/^[a-z][-_a-z0-9]{0,62}$/.test(key) || !/^[-_a-z0-9]{0,63}$/.test(value))
    .map(
      ([key, value]) =>
        `${what} has ${quote(key)} = ${quote(value)}, which Google Cloud does not accept. Use up to 63 lowercase letters, digits, "_" and "-", and start the key with a letter.`,
    );

type GkeRule<Name extends keyof GkeClusterArgs> = Rule<Pick<GkeClusterArgs, Name>>;

export const zonesOfTheRegion: GkeRule<"location" | "nodeZones"> = {
  needs: ["location"],
  problems: ({ location, nodeZones }) => {
    if (nodeZones === undefined) return [];
    const region = regionOf(location);
    if (isZone(location)) {
      return [
        `nodeZones is set, but location is ${quote(location)}, a single zone. Use its region ${quote(region)} as location, or remove nodeZones.`,
      ];
    }
    if (nodeZones.length === 0) {
      return [
        `nodeZones is empty, but nodes need a zone. List at least one, for example "${region}-b", or remove it.`,
      ];
    }
    return nodeZones.flatMap((zone, index) => {
      if (!isZone(zone) || regionOf(zone) !== region) {
        return [
          `nodeZones[${index}] is ${quote(zone)}, which is not a zone of ${region}. Use for example "${region}-b".`,
        ];
      }
      if (nodeZones.indexOf(zone) === index) return [];
      return [`nodeZones[${index}] is ${quote(zone)} again. List each zone once.`];
    });
  },
};

const sameNumberInEveryZone: GkeRule<"location" | "nodeZones" | "nodes"> = {
  needs: ["location", "nodes"],
  problems: ({ nodes = DEFAULT_NODES, location, nodeZones }) => {
    const zones = zonesOf(location, nodeZones);
    if (zones === 0 || nodes % zones === 0) return [];
    return [
      `nodes is ${nodes}, but ${quote(location)} has the same number in each of ${zones} zones. Use a multiple of ${zones}, nodeZones with fewer zones, or one zone as location.`,
    ];
  },
};

const reachableControlPlane: GkeRule<"dnsEndpoint" | "authorizedNetworks"> = {
  needs: [],
  problems: ({ dnsEndpoint, authorizedNetworks = [] }) =>
    dnsEndpoint || authorizedNetworks.length > 0
      ? []
      : [
          'authorizedNetworks and dnsEndpoint are both unset, so the control plane would be unreachable. Set dnsEndpoint to true to allow access from anywhere with the IAM permission container.clusters.connect, or set authorizedNetworks to the networks that you deploy from, for example [{ cidr: "203.0.113.7/32" }].',
        ],
};

type NetworkArgument = "network" | "subnetwork" | "podRange" | "serviceRange";

const together = (
  one: NetworkArgument,
  other: NetworkArgument,
  without: string,
): GkeRule<NetworkArgument> => ({
  needs: [],
  problems: (args) => {
    if ((args[one] === undefined) === (args[other] === undefined)) return [];
    const [given, missing] = args[one] === undefined ? [other, one] : [one, other];
    return [`${given} is set without ${missing}. Set both, or neither: ${without}.`];
  },
});

const rangesOfTheSubnetwork: GkeRule<NetworkArgument> = {
  needs: [],
  problems: ({ podRange, serviceRange, subnetwork }) =>
    podRange === undefined || serviceRange === undefined || subnetwork !== undefined
      ? []
      : ["podRange and serviceRange are set without their network and subnetwork. Set all four or none."],
};

/** GKE requires 48 hours of maintenance in any 32 days. */
export const enoughMaintenance: GkeRule<"maintenance"> = {
  needs: ["maintenance"],
  problems: ({ maintenance }) => {
    if (!maintenance?.days) return [];
    const week = new Set(maintenance.days).size * (maintenance.hours ?? DEFAULT_HOURS);
    if (week >= 12) return [];
    return [
      `maintenance is open ${week} hours a week, but GKE requires 48 hours in any 32 days. Use days and hours that add up to at least 12 a week.`,
    ];
  },
};

export const GKE_CLUSTER: Validation<GkeClusterArgs> = {
  checks: {
    project,
    location,
    nodes: machines(1),
    nodeZones: checkedByRule,
    machineType,
    diskGb: wholeNumber({
      why: "the disk of a node must hold the system and the images",
      least: 20,
    }),
    spot: unchecked,
    spotPool,
    releaseChannel: oneOf(ReleaseChannel),
    privateNodes: unchecked,
    dnsEndpoint: checkedByRule,
    authorizedNetworks: each(ifPlain(authorizedNetwork)),
    network: checkedByRule,
    subnetwork: checkedByRule,
    podRange: checkedByRule,
    serviceRange: checkedByRule,
    maintenance,
    upgrades,
    encryption,
    security,
    notifications: unchecked,
    metrics: each(oneOf(MetricPackage)),
    backup,
    deletionProtection: unchecked,
    labels,
    enableApis: unchecked,
  },
  rules: [
    zonesOfTheRegion,
    sameNumberInEveryZone,
    reachableControlPlane,
    together("network", "subnetwork", "by default, the cluster gets its own"),
    together("podRange", "serviceRange", "by default, GKE adds ranges to the subnetwork"),
    rangesOfTheSubnetwork,
    enoughMaintenance,
    keyInTheRegion,
    flowLogsOfOwnNetwork,
  ],
};
