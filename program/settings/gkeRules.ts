import { isRegion, regionOf, zonesOf } from "../../components/gkeCluster/location";
import {
  GKE_CLUSTER,
  enoughMaintenance,
  project as projectId,
  zonesOfTheRegion,
} from "../../components/gkeCluster/validation";
import { Spread } from "../../components/types";
import { emptyToUndefined } from "./emptyToUndefined";
import type { Rule } from "./rule";
import { hardeningRules } from "./hardeningRules";
import { Target } from "./schema";

/** Rules of the target `gke`. */
export const gkeRules: Rule = (settings, messages) =>
  settings.target === Target.Gke
    ? [
        location,
        unusedKeys,
        controlPlaneAccess,
        network,
        zones,
        nodes,
        maintenance,
        ...hardeningRules,
      ].flatMap((rule) => rule(settings, messages))
    : [];

/** Settings that are valid on GKE but possibly unintended. */
export const gkeWarnings: Rule = (settings, messages) =>
  settings.target === Target.Gke ? singleZone(settings, messages) : [];

const singleZone: Rule = ({ production, location }, messages) => {
  if (!production || !location || isRegion(location)) return [];
  const why = "it is a single zone, which can fail with all its nodes; a region has three";
  return [messages.problem("location", why, messages.set("location", regionOf(location)))];
};

const location: Rule = ({ project, location }, messages) => [
  ...(project === ""
    ? [
        messages.problem(
          "gcp:project",
          "the cluster and the images need a Google Cloud project",
          messages.set("gcp:project", "PROJECT"),
        ),
      ]
    : projectId("project", project ?? "").map((problem) =>
        messages.sentence("gcp:project", problem, messages.set("gcp:project", "PROJECT")),
      )),
  ...(location === ""
    ? [
        messages.problem(
          "location",
          "a GKE cluster is in a region or a zone",
          messages.set("location", "us-east1"),
        ),
      ]
    : []),
];

const unusedKeys: Rule = (settings, messages) =>
  (["kubeContext", "kubeconfigPath"] as const).flatMap((key) =>
    settings[key] ? [messages.problem(key, "target gke creates its own cluster", messages.remove(key))] : [],
  );

const controlPlaneAccess: Rule = ({ dnsEndpoint, authorizedNetworks }, messages) =>
  dnsEndpoint === false && authorizedNetworks?.length === 0
    ? [
        messages.problem(
          "dnsEndpoint",
          "without it and without authorizedNetworks, nothing can reach the control plane, not even Pulumi",
          `${messages.set("dnsEndpoint", true)}, or ${messages.setPart("authorizedNetworks[0].cidr", "203.0.113.7/32")}`,
        ),
      ]
    : [];

const network: Rule = (settings, messages) =>
  messages.bothOrNeither(settings, "network", "subnetwork", "an existing network");

const zones: Rule = ({ location, nodeZones = [] }, messages) =>
  location && nodeZones.length > 0
    ? zonesOfTheRegion
        .problems({ location, nodeZones })
        .map((problem) => messages.sentence("nodeZones", problem, messages.remove("nodeZones")))
    : [];

/** In a region, every zone has the same number of nodes; with required spread, each broker node needs its own node. */
const nodes: Rule = ({ nodes = 0, nodeZones = [], location, brokerReplicas = 1, brokerSpread }, messages) => {
  if (nodes === 0 || !location) return [];
  const zones = zonesOf(location, emptyToUndefined(nodeZones));
  const needed = brokerSpread === Spread.Required ? brokerReplicas : 1;
  const enough = Math.ceil(Math.max(nodes, needed) / zones) * zones;
  if (enough === nodes) return [];
  const why =
    nodes < needed
      ? `${needed} broker nodes need a Kubernetes node each`
      : `each of ${zones} zones must have the same number of nodes`;
  return [messages.problem("nodes", why, messages.set("nodes", enough))];
};

const maintenance: Rule = (
  { maintenanceStart: start, maintenanceHours: hours, maintenanceDays = [] },
  messages,
) => {
  if (!start) return [];
  const window = { start, hours, days: emptyToUndefined(maintenanceDays) };
  const invalid = GKE_CLUSTER.checks.maintenance("maintenance", window);
  const [problems, fix] =
    invalid.length > 0
      ? [invalid, messages.set("maintenanceStart", "03:00")]
      : [enoughMaintenance.problems({ maintenance: window }), messages.remove("maintenanceDays")];
  return problems.map((problem) => messages.sentence("maintenanceStart", problem, fix));
};
