import * as pulumi from "@pulumi/pulumi";
import type { AuthorizedNetwork, GkeClusterArgs, MaintenanceWindow, SpotPool } from "./args";
import { choiceProblems, quote, wholeNumberProblems } from "../shared/validation";
import { ReleaseChannel, Weekday } from "./choices";
import { networkAddress } from "./cidr";
import { isRegion, isZone, regionOf, zonesOf } from "./location";
import { DEFAULT_HOURS } from "./maintenance";
import { DEFAULT_NODES } from "./resolve";

/** Everything wrong with the arguments of a cluster. */
export function clusterProblems(args: GkeClusterArgs): string[] {
  return [
    ...projectProblems(args.project),
    ...locationProblems(args.location),
    ...zoneProblems(args.location, args.nodeZones),
    ...nodesProblems(args),
    ...machineProblems("machineType", args.machineType),
    ...wholeNumberProblems("diskGb", args.diskGb, {
      why: "the system and the images of the pods must fit on a node's disk",
      least: 20,
    }),
    ...(args.spotPool ? spotProblems(args.spotPool) : []),
    ...choiceProblems("releaseChannel", args.releaseChannel, ReleaseChannel),
    ...accessProblems(args),
    ...(args.authorizedNetworks ?? []).flatMap((network, index) =>
      isPlain(network) ? cidrProblems(network, index) : [],
    ),
    ...networkProblems(args),
    ...(args.maintenance ? maintenanceProblems(args.maintenance) : []),
    ...Object.entries(args.labels ?? {}).flatMap(labelProblems),
  ];
}

export function projectProblems(project: string): string[] {
  if (/^[a-z][-a-z0-9]{4,28}[a-z0-9]$/.test(project)) return [];
  return [
    `project is ${quote(project)}, which is not the id of a Google Cloud project. Use 6 to 30 lower case letters, digits and "-", as \`gcloud projects list\` shows it.`,
  ];
}

function locationProblems(location: string): string[] {
  if (isRegion(location) || isZone(location)) return [];
  return [
    `location is ${quote(location)}, which is neither a region nor a zone of Google Cloud. Use for example "us-east1" for three zones, or "us-east1-c" for one.`,
  ];
}

function zoneProblems(location: string, nodeZones: string[] | undefined): string[] {
  if (nodeZones === undefined || !(isRegion(location) || isZone(location))) return [];
  const region = regionOf(location);
  if (isZone(location)) {
    return [
      `nodeZones is given, but location is ${quote(location)}, one zone with all nodes. Use its region ${quote(region)} as location, or remove nodeZones.`,
    ];
  }
  if (nodeZones.length === 0) {
    return [
      `nodeZones is empty, but nodes need a zone. Name at least one, for example "${region}-b", or remove it.`,
    ];
  }
  return nodeZones.flatMap((zone, index) => {
    if (!isZone(zone) || regionOf(zone) !== region) {
      return [
        `nodeZones[${index}] is ${quote(zone)}, which is not a zone of ${region}. Use for example "${region}-b".`,
      ];
    }
    if (nodeZones.indexOf(zone) === index) return [];
    return [`nodeZones[${index}] is ${quote(zone)} again. Name each zone once.`];
  });
}

function nodesProblems({ nodes = DEFAULT_NODES, location, nodeZones }: GkeClusterArgs): string[] {
  const problems = wholeNumberProblems("nodes", nodes, { why: "it is a number of machines", least: 1 });
  const zones = zonesOf(location, nodeZones);
  if (problems.length > 0 || zones === 0 || nodes % zones === 0) return problems;
  return [
    `nodes is ${nodes}, but ${quote(location)} has as many in each of ${zones} zones. Use a multiple of ${zones}, nodeZones with fewer zones, or one zone as location.`,
  ];
}

function machineProblems(what: string, type: string | undefined): string[] {
  if (type === undefined) return [];
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(type)) {
    return [
      `${what} is ${quote(type)}, which no machine type can be called. Use for example "e2-standard-4".`,
    ];
  }
  if (!/^[a-z]+4[a-z]*-/.test(type)) return [];
  return [
    `${what} is ${quote(type)}, but machines of the fourth generation take only Hyperdisks, and the nodes and StorageClasses use persistent disks. Use for example "e2-standard-4" or "n2-standard-4".`,
  ];
}

function spotProblems({ maxNodes, minNodes = 0, machineType }: SpotPool): string[] {
  const why = "it is a number of machines";
  const problems = [
    ...wholeNumberProblems("spotPool.maxNodes", maxNodes, { why, least: 1 }),
    ...wholeNumberProblems("spotPool.minNodes", minNodes, { why, least: 0 }),
    ...machineProblems("spotPool.machineType", machineType),
  ];
  if (problems.length > 0 || minNodes <= maxNodes) return problems;
  return [
    `spotPool.minNodes is ${minNodes}, but maxNodes is ${maxNodes}. Use at most ${maxNodes}, or raise maxNodes.`,
  ];
}

function accessProblems({ dnsEndpoint, authorizedNetworks = [] }: GkeClusterArgs): string[] {
  if (dnsEndpoint || authorizedNetworks.length > 0) return [];
  return [
    'authorizedNetworks and dnsEndpoint are both missing, so nobody could reach the control plane to deploy anything. Set dnsEndpoint to true to let in whoever has the IAM permission container.clusters.connect, from anywhere; or authorizedNetworks to the networks that you deploy from, for example [{ cidr: "203.0.113.7/32" }].',
  ];
}

function isPlain(network: pulumi.Input<AuthorizedNetwork>): network is AuthorizedNetwork {
  return !pulumi.Output.isInstance(network) && !(network instanceof Promise);
}

function cidrProblems({ cidr }: AuthorizedNetwork, index: number): string[] {
  const what = `authorizedNetworks[${index}].cidr`;
  const network = networkAddress(cidr);
  if (network === undefined) {
    return [
      `${what} is ${quote(cidr)}, which is not an IPv4 network. Use for example "203.0.113.0/24", or "203.0.113.7/32" for one address.`,
    ];
  }
  if (network === cidr) return [];
  return [
    `${what} is ${quote(cidr)}, which names an address inside a network. Use ${quote(network)} for the network, or ${quote(cidr.replace(/\/.*/, "/32"))} for the address.`,
  ];
}

function networkProblems({ network, subnetwork, podRange, serviceRange }: GkeClusterArgs): string[] {
  return [
    ...both("network", network, "subnetwork", subnetwork, "without, the cluster gets its own"),
    ...both("podRange", podRange, "serviceRange", serviceRange, "without, GKE adds ranges to the subnetwork"),
    ...(podRange !== undefined && serviceRange !== undefined && subnetwork === undefined
      ? [
          "podRange and serviceRange are given without the network and subnetwork that have them. Give all four or none.",
        ]
      : []),
  ];
}

function both(one: string, first: unknown, other: string, second: unknown, without: string): string[] {
  if ((first === undefined) === (second === undefined)) return [];
  const [given, missing] = first === undefined ? [other, one] : [one, other];
  return [`${given} is given without ${missing}. Give both, or neither: ${without}.`];
}

function maintenanceProblems({ start, hours = DEFAULT_HOURS, days }: MaintenanceWindow): string[] {
  const problems = [
    ...(/^([01]\d|2[0-3]):[0-5]\d$/.test(start)
      ? []
      : [`maintenance.start is ${quote(start)}, which is not a time of day. Use UTC, for example "03:00".`]),
    ...wholeNumberProblems("maintenance.hours", hours, {
      why: "GKE counts windows of at least 4 hours, and a day has 24",
      least: 4,
      most: 24,
    }),
    ...(days ?? []).flatMap((day, index) => choiceProblems(`maintenance.days[${index}]`, day, Weekday)),
  ];
  if (problems.length > 0 || days === undefined) return problems;
  const week = new Set(days).size * hours;
  if (week >= 12) return [];
  return [
    `maintenance is open ${week} hours a week, but GKE asks for 48 hours in any 32 days. Use days and hours that come to at least 12 a week.`,
  ];
}

function labelProblems([key, value]: [string, string]): string[] {
  if (/^[a-z][-_a-z0-9]{0,62}$/.test(key) && /^[-_a-z0-9]{0,63}$/.test(value)) return [];
  return [
    `labels has ${quote(key)} = ${quote(value)}, which Google Cloud does not take. Use up to 63 lower case letters, digits, "_" and "-", a letter first in the key.`,
  ];
}
