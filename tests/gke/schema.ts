import { isProperties, type Properties, type Value } from "../../local/providers/plugin/values";

/** Types whose names the provider generates. */
export const AUTONAMED = new Set([
  "gcp:compute/network:Network",
  "gcp:compute/subnetwork:Subnetwork",
  "gcp:compute/router:Router",
  "gcp:compute/routerNat:RouterNat",
  "gcp:container/cluster:Cluster",
  "gcp:container/nodePool:NodePool",
  "gcp:kms/keyRing:KeyRing",
  "gcp:kms/cryptoKey:CryptoKey",
  "gcp:pubsub/topic:Topic",
  "gcp:gkebackup/backupPlan:BackupPlan",
]);

/** Properties that replace a resource (ForceNew in the provider's schemas). */
const REPLACES: Record<string, RegExp> = {
  "gcp:projects/service:Service": /^(project|service)$/,
  "gcp:projects/iAMMember:IAMMember": /./,
  "gcp:serviceaccount/account:Account": /^(project|accountId)$/,
  "gcp:serviceaccount/iAMMember:IAMMember": /./,
  "gcp:compute/network:Network": /^(project|name|description)$/,
  "gcp:compute/subnetwork:Subnetwork": /^(project|name|region|network|description)$/,
  "gcp:compute/router:Router": /^(project|name|region|network)$/,
  "gcp:compute/routerNat:RouterNat": /^(project|name|region|router)$/,
  "gcp:container/cluster:Cluster":
    /^(project|name|location|network|subnetwork|networkingMode|ipAllocationPolicy\..*|datapathProvider)$/,
  "gcp:container/nodePool:NodePool":
    /^(project|name|location|cluster|nodeConfig\.(spot|bootDiskKmsKey|serviceAccount|oauthScopes.*|metadata.*|shieldedInstanceConfig.*))$/,
  "gcp:projects/serviceIdentity:ServiceIdentity": /./,
  "gcp:kms/keyRing:KeyRing": /./,
  "gcp:kms/cryptoKey:CryptoKey": /^(keyRing|name|purpose)$/,
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": /./,
  "gcp:pubsub/topic:Topic": /^(project|name)$/,
  "gcp:gkebackup/backupPlan:BackupPlan": /^(project|location|name|cluster)$/,
  "gcp:binaryauthorization/policy:Policy": /^project$/,
  "gcp:artifactregistry/repository:Repository": /^(project|location|repositoryId|format)$/,
  "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": /./,
};

export function replaces(type: string, path: (string | number)[]): boolean {
  return REPLACES[type]?.test(path.join(".")) ?? false;
}

/** Properties that Google keeps if the program sets them no more (Optional and Computed in the provider's schemas). */
const KEPT: Record<string, RegExp> = {
  "gcp:container/cluster:Cluster":
    /^(addonsConfig\.gkeBackupAgentConfig|securityPostureConfig\.(mode|vulnerabilityMode))$/,
  "gcp:container/nodePool:NodePool": /^upgradeSettings\.(maxSurge|maxUnavailable)$/,
};

export function keeps(type: string, path: (string | number)[]): boolean {
  return KEPT[type]?.test(path.join(".")) ?? false;
}

/** Blocks that Google always reports, because it adds fields of its own. */
const ALWAYS_REPORTED = new Set([
  "privateClusterConfig",
  "networkConfig",
  // The provider's acceptance tests apply them with false alone, and find no change afterwards.
  "rbacBindingConfig",
  "notificationConfig",
  // The provider adds it if Google does not report it.
  "clusterAutoscaling",
  "controlPlaneEndpointsConfig",
  "controlPlaneEndpointsConfig.dnsEndpointConfig",
  // Since @pulumi/gcp 9.37.
  "controlPlaneEndpointsConfig.ipEndpointsConfig",
]);

/** What Google reports. The provider does not send zero values of nested blocks, so a block that has only those does
 * not come back, and the provider sees a difference in every update. */
export function reported(_type: string, inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([key, value]) => !isProperties(value) || ALWAYS_REPORTED.has(key) || !isZero(value))
      .map(([key, value]) => [key, value]),
  );
}

function isZero(value: Value): boolean {
  if (isProperties(value)) {
    const items = Object.values(value);
    return items.length > 0 && items.every(isZero);
  }
  return value === false || value === 0 || value === "";
}
