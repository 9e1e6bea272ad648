import { isRegion, regionOf, zonesOf } from "../../components/gkeCluster/location";
import { Spread } from "../../components/types";
import type { Weekday } from "../../components/gkeCluster/gkeCluster";
import { given } from "./given";
import { gkeProblems } from "./gkeProblems";
import type { Rule } from "./rule";
import { Target } from "./schema";

/** Rules of the target gke. */
export const gkeRules: Rule = (settings, say) =>
  settings.target === Target.Gke
    ? [place, strangers, wayIn, network, zones, nodes, maintenance].flatMap((rule) => rule(settings, say))
    : [];

/** What is allowed on GKE, but may not be meant. */
export const gkeWarnings: Rule = ({ target, production, location }, say) => {
  if (target !== Target.Gke || !production || !location || isRegion(location)) return [];
  const why = "it is one zone, which can be lost with all nodes; a region has three";
  return [say.problem("location", why, say.set("location", regionOf(location)))];
};

const place: Rule = ({ project, location }, say) => [
  ...(project === ""
    ? [
        say.problem(
          "gcp:project",
          "the cluster and the images belong to a project of Google Cloud",
          say.set("gcp:project", "PROJECT"),
        ),
      ]
    : gkeProblems({ project }).map((problem) =>
        say.sentence("gcp:project", problem, say.set("gcp:project", "PROJECT")),
      )),
  ...(location === ""
    ? [say.problem("location", "a GKE cluster is in a region or a zone", say.set("location", "us-east1"))]
    : []),
];

const strangers: Rule = (settings, say) =>
  (["kubeContext", "kubeconfigPath"] as const).flatMap((key) =>
    settings[key] ? [say.problem(key, "target gke makes a cluster of its own", say.remove(key))] : [],
  );

const wayIn: Rule = ({ dnsEndpoint, authorizedNetworks }, say) =>
  dnsEndpoint === false && authorizedNetworks?.length === 0
    ? [
        say.problem(
          "dnsEndpoint",
          "without it and without authorizedNetworks nobody reaches the control plane, not even Pulumi",
          `${say.set("dnsEndpoint", true)}, or ${say.setPart("authorizedNetworks[0].cidr", "203.0.113.7/32")}`,
        ),
      ]
    : [];

const network: Rule = (settings, say) =>
  say.bothOrNeither(settings, "network", "subnetwork", "a network of yours");

const zones: Rule = ({ location, nodeZones = [] }, say) =>
  location && nodeZones.length > 0
    ? gkeProblems({ location, nodeZones, nodes: nodeZones.length }).map((problem) =>
        say.sentence("nodeZones", problem, say.remove("nodeZones")),
      )
    : [];

/** In a region every zone gets as many nodes; with required spread each broker node needs one of its own. */
const nodes: Rule = ({ nodes = 0, nodeZones = [], location, brokerReplicas = 1, brokerSpread }, say) => {
  if (nodes === 0 || !location) return [];
  const zones = zonesOf(location, given(nodeZones));
  const needed = brokerSpread === Spread.Required ? brokerReplicas : 1;
  const enough = Math.ceil(Math.max(nodes, needed) / zones) * zones;
  if (enough === nodes) return [];
  const why =
    nodes < needed
      ? `${needed} broker nodes never share a Kubernetes node`
      : `each of ${zones} zones gets as many nodes as the others`;
  return [say.problem("nodes", why, say.set("nodes", enough))];
};

const maintenance: Rule = (
  { maintenanceStart: start, maintenanceHours: hours, maintenanceDays = [] },
  say,
) => {
  if (!start) return [];
  const problems = (days?: Weekday[]) => gkeProblems({ maintenance: { start, hours, days } });
  const anyDay = problems();
  const fix = anyDay.length > 0 ? say.set("maintenanceStart", "03:00") : say.remove("maintenanceDays");
  return (anyDay.length > 0 ? anyDay : problems(given(maintenanceDays))).map((problem) =>
    say.sentence("maintenanceStart", problem, fix),
  );
};
