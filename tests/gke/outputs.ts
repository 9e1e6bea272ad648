import type { Properties } from "../../local/providers/plugin/values";

type Text = Record<string, string>;

const IDS: Record<string, (properties: Text) => string> = {
  "gcp:projects/service:Service": ({ project, service }) => `${project}/${service}`,
  "gcp:projects/iAMMember:IAMMember": ({ project, role, member }) => `${project}/${role}/${member}`,
  "gcp:serviceaccount/account:Account": ({ project, accountId }) =>
    `projects/${project}/serviceAccounts/${accountId}@${project}.iam.gserviceaccount.com`,
  "gcp:serviceaccount/iAMMember:IAMMember": ({ serviceAccountId, role, member }) =>
    `${serviceAccountId}/${role}/${member}`,
  "gcp:compute/network:Network": ({ project, name }) => `projects/${project}/global/networks/${name}`,
  "gcp:compute/subnetwork:Subnetwork": ({ project, region, name }) =>
    `projects/${project}/regions/${region}/subnetworks/${name}`,
  "gcp:compute/router:Router": ({ project, region, name }) =>
    `projects/${project}/regions/${region}/routers/${name}`,
  "gcp:compute/routerNat:RouterNat": ({ project, region, router, name }) =>
    `${project}/${region}/${router}/${name}`,
  "gcp:container/cluster:Cluster": ({ project, location, name }) =>
    `projects/${project}/locations/${location}/clusters/${name}`,
  "gcp:container/nodePool:NodePool": ({ project, location, cluster, name }) =>
    `projects/${project}/locations/${location}/clusters/${cluster}/nodePools/${name}`,
  "gcp:projects/serviceIdentity:ServiceIdentity": ({ project, service }) =>
    `projects/${project}/services/${service}`,
  "gcp:kms/keyRing:KeyRing": ({ project, location, name }) =>
    `projects/${project}/locations/${location}/keyRings/${name}`,
  "gcp:kms/cryptoKey:CryptoKey": ({ keyRing, name }) => `${keyRing}/cryptoKeys/${name}`,
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": ({ cryptoKeyId, role, member }) =>
    `${cryptoKeyId}/${role}/${member}`,
  "gcp:pubsub/topic:Topic": ({ project, name }) => `projects/${project}/topics/${name}`,
  "gcp:gkebackup/backupPlan:BackupPlan": ({ project, location, name }) =>
    `projects/${project}/locations/${location}/backupPlans/${name}`,
  "gcp:binaryauthorization/policy:Policy": ({ project }) => `projects/${project}`,
  "gcp:artifactregistry/repository:Repository": ({ project, location, repositoryId }) =>
    `projects/${project}/locations/${location}/repositories/${repositoryId}`,
  "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": ({ repository, role, member }) =>
    `${repository}/${role}/${member}`,
};

/** ID that the provider gives to a resource. */
export function idOf(type: string, properties: Properties): string {
  const id = IDS[type];
  if (!id) throw new Error(`The model does not have resources of type ${type}.`);
  return id(properties as Text);
}

/** Values that only Google knows. */
export function computed(type: string, properties: Properties): Properties {
  const { accountId, project, name, location, repositoryId } = properties as Text;
  switch (type) {
    case "gcp:serviceaccount/account:Account": {
      const email = `${accountId}@${project}.iam.gserviceaccount.com`;
      return { name: idOf(type, properties), email, member: `serviceAccount:${email}` };
    }
    case "gcp:projects/serviceIdentity:ServiceIdentity": {
      const email = "service-1@container-engine-robot.iam.gserviceaccount.com";
      return { email, member: `serviceAccount:${email}` };
    }
    case "gcp:container/cluster:Cluster": {
      const endpoints = properties.controlPlaneEndpointsConfig as Record<string, Properties>;
      const dnsEndpointConfig = {
        ...endpoints.dnsEndpointConfig,
        endpoint: `gke-${name}.${location}.gke.goog`,
      };
      return {
        endpoint: "203.0.113.10",
        masterAuth: { clusterCaCertificate: "Y2VydGlmaWNhdGU=" },
        controlPlaneEndpointsConfig: { ...endpoints, dnsEndpointConfig },
      };
    }
    case "gcp:artifactregistry/repository:Repository":
      return {
        name: repositoryId ?? "",
        registryUri: `${location}-docker.pkg.dev/${project}/${repositoryId}`,
      };
    default:
      return {};
  }
}
