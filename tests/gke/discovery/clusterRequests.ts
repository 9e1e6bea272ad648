import {
  at,
  isProperties,
  type Properties,
  type Value,
  without,
} from "../../../local/providers/plugin/values";
import type { ApiRequest } from "./documents";

// Functions expand* of google/services/container/{resource_container_cluster,resource_container_node_pool,node_config}.go
// in the provider's sources.

export function clusterRequest({ project, location, ...inputs }: Properties, name: string): ApiRequest {
  return {
    api: "container/v1beta1",
    method: "container.projects.locations.clusters.create",
    parameters: { parent: `projects/${String(project)}/locations/${String(location)}` },
    body: { cluster: cluster(inputs, name) },
  };
}

export function poolRequest(inputs: Properties, name: string): ApiRequest {
  const { project, location, cluster, ...rest } = inputs;
  return {
    api: "container/v1beta1",
    method: "container.projects.locations.clusters.nodePools.create",
    parameters: {
      parent: `projects/${String(project)}/locations/${String(location)}/clusters/${String(cluster)}`,
    },
    body: { nodePool: pool(rest, name) },
  };
}

/** Inputs whose names or places differ from the API's. All others are sent as they are. */
function cluster(inputs: Properties, name: string): Properties {
  // The provider's own: it deletes the default pool, and refuses to delete the cluster.
  const own = ["removeDefaultNodePool", "deletionProtection"];
  const { nodeLocations, networkingMode, datapathProvider, enableIntranodeVisibility, ...more } = inputs;
  const { enableShieldedNodes, ipAllocationPolicy, clusterAutoscaling, ...others } = more;
  const { masterAuthorizedNetworksConfig, maintenancePolicy, nodePoolDefaults, ...last } = others;
  const { loggingConfig, monitoringConfig, ...rest } = last;
  return compact({
    name,
    ...without(rest, ...own),
    locations: nodeLocations,
    networkConfig: compact({ datapathProvider, enableIntraNodeVisibility: enableIntranodeVisibility }),
    ipAllocationPolicy: block(ipAllocationPolicy, (ranges) => ({
      ...ranges,
      useIpAliases: networkingMode === "VPC_NATIVE",
    })),
    shieldedNodes: compact({ enabled: enableShieldedNodes }),
    autoscaling: block(clusterAutoscaling, (autoscaling) =>
      rename(autoscaling, { enabled: "enableNodeAutoprovisioning" }),
    ),
    masterAuthorizedNetworksConfig: block(masterAuthorizedNetworksConfig, (networks) => ({
      ...networks,
      enabled: true,
    })),
    maintenancePolicy: block(maintenancePolicy, maintenance),
    nodePoolDefaults: block(nodePoolDefaults, ({ nodeConfigDefaults, ...defaults }) => ({
      ...defaults,
      ...compact({ nodeConfigDefaults: block(nodeConfigDefaults, nodeDefaults) }),
    })),
    loggingConfig: block(loggingConfig, components),
    monitoringConfig: block(monitoringConfig, (monitoring) =>
      components(rename(monitoring, { managedPrometheus: "managedPrometheusConfig" })),
    ),
  });
}

function pool(inputs: Properties, name: string): Properties {
  const { nodeConfig, autoscaling, nodeDrainConfigs, ...rest } = rename(inputs, {
    nodeCount: "initialNodeCount",
    nodeLocations: "locations",
  });
  return compact({
    name,
    ...rest,
    config: block(nodeConfig, ({ kubeletConfig, ...config }) => ({
      ...config,
      ...compact({ kubeletConfig: block(kubeletConfig, kubelet) }),
    })),
    autoscaling: block(autoscaling, (limits) => ({ ...limits, enabled: true })),
    // A block that may occur once.
    nodeDrainConfig: Array.isArray(nodeDrainConfigs) ? nodeDrainConfigs[0] : nodeDrainConfigs,
  });
}

function maintenance({ recurringWindow, maintenanceExclusions, ...rest }: Properties): Properties {
  const exclusions = Array.isArray(maintenanceExclusions) ? maintenanceExclusions.filter(isProperties) : [];
  return {
    ...rest,
    window: compact({
      recurringWindow: block(recurringWindow, ({ startTime, endTime, ...recurring }) => ({
        ...recurring,
        window: compact({ startTime, endTime }),
      })),
      maintenanceExclusions: Object.fromEntries(
        exclusions.map((each) => [
          String(at(each, "exclusionName")),
          rename(without(each, "exclusionName"), { exclusionOptions: "maintenanceExclusionOptions" }),
        ]),
      ),
    }),
  };
}

function nodeDefaults({ insecureKubeletReadonlyPortEnabled, ...rest }: Properties): Properties {
  return { ...rest, nodeKubeletConfig: kubelet(compact({ insecureKubeletReadonlyPortEnabled })) };
}

/** The provider has texts for a setting that is on, off, or not set. */
function kubelet({ insecureKubeletReadonlyPortEnabled: port, ...rest }: Properties): Properties {
  const value = { TRUE: true, FALSE: false }[String(port)] ?? port;
  return compact({ ...rest, insecureKubeletReadonlyPortEnabled: value });
}

function components({ enableComponents, ...rest }: Properties): Properties {
  return { ...rest, componentConfig: compact({ enableComponents }) };
}

function block(value: Value | undefined, change: (block: Properties) => Properties): Value | undefined {
  return isProperties(value) ? change(value) : value;
}

function rename(from: Properties, names: Record<string, string>): Properties {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [names[key] ?? key, value]));
}

function compact(from: Record<string, Value | undefined>): Properties {
  return Object.fromEntries(
    Object.entries(from).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}
