import {
  isProperties,
  type Properties,
  stringAt,
  type Value,
  without,
} from "../../../local/providers/plugin/values";
import { clusterRequest, poolRequest } from "./clusterRequests";
import type { ApiRequest } from "./documents";

type Derive = (inputs: Properties, name: string) => ApiRequest;

/**
 * How the provider turns inputs into a request (google/services of its sources). Names of inputs are those of the API,
 * so what no function here mentions is sent as it is; a field that the API does not have is found that way.
 */
const REQUESTS: Record<string, Derive> = {
  "gcp:projects/service:Service": ({ project, service, ...rest }) => ({
    api: "serviceusage/v1",
    method: "serviceusage.services.batchEnable",
    parameters: { parent: `projects/${text(project)}` },
    // Tells the provider what to do when the resource is deleted.
    body: { serviceIds: [service ?? null], ...without(rest, "disableOnDestroy") },
  }),
  "gcp:projects/serviceIdentity:ServiceIdentity": ({ project, service, ...rest }) => ({
    api: "serviceusage/v1beta1",
    method: "serviceusage.services.generateServiceIdentity",
    parameters: { parent: `projects/${text(project)}/services/${text(service)}` },
    ...(Object.keys(rest).length > 0 && { body: rest }),
  }),
  "gcp:serviceaccount/account:Account": ({ project, accountId, ...serviceAccount }) => ({
    api: "iam/v1",
    method: "iam.projects.serviceAccounts.create",
    parameters: { name: `projects/${text(project)}` },
    body: { accountId: accountId ?? null, serviceAccount },
  }),
  "gcp:projects/iAMMember:IAMMember": ({ project, ...rest }) => ({
    api: "cloudresourcemanager/v1",
    method: "cloudresourcemanager.projects.setIamPolicy",
    parameters: { resource: text(project) },
    body: policyOf(rest),
  }),
  "gcp:serviceaccount/iAMMember:IAMMember": ({ serviceAccountId, ...rest }) => ({
    api: "iam/v1",
    method: "iam.projects.serviceAccounts.setIamPolicy",
    parameters: { resource: text(serviceAccountId) },
    body: policyOf(rest),
  }),
  "gcp:compute/network:Network": ({ project, ...body }, name) => ({
    api: "compute/v1",
    method: "compute.networks.insert",
    parameters: { project },
    body: { name, ...body },
  }),
  "gcp:compute/subnetwork:Subnetwork": ({ project, region, logConfig, ...rest }, name) => ({
    api: "compute/v1",
    method: "compute.subnetworks.insert",
    parameters: { project, region },
    // The block's presence turns logging on.
    body: { name, ...rest, ...(isProperties(logConfig) && { logConfig: { enable: true, ...logConfig } }) },
  }),
  "gcp:compute/router:Router": ({ project, region, ...body }, name) => ({
    api: "compute/v1",
    method: "compute.routers.insert",
    parameters: { project, region },
    body: { name, ...body },
  }),
  // A part of its router.
  "gcp:compute/routerNat:RouterNat": ({ project, region, router, ...nat }, name) => ({
    api: "compute/v1",
    method: "compute.routers.patch",
    parameters: { project, region, router },
    body: { nats: [{ name, ...nat }] },
  }),
  "gcp:kms/keyRing:KeyRing": ({ project, location, ...body }, name) => ({
    api: "cloudkms/v1",
    method: "cloudkms.projects.locations.keyRings.create",
    parameters: { parent: parent(project, location), keyRingId: name },
    body: without(body, "name"),
  }),
  "gcp:kms/cryptoKey:CryptoKey": ({ keyRing, ...body }, name) => ({
    api: "cloudkms/v1",
    method: "cloudkms.projects.locations.keyRings.cryptoKeys.create",
    parameters: { parent: keyRing, cryptoKeyId: name },
    body: without(body, "name"),
  }),
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": ({ cryptoKeyId, ...rest }) => ({
    api: "cloudkms/v1",
    method: "cloudkms.projects.locations.keyRings.cryptoKeys.setIamPolicy",
    parameters: { resource: cryptoKeyId },
    body: policyOf(rest),
  }),
  "gcp:pubsub/topic:Topic": ({ project, ...body }, name) => ({
    api: "pubsub/v1",
    method: "pubsub.projects.topics.create",
    parameters: { name: `projects/${text(project)}/topics/${name}` },
    body: without(body, "name"),
  }),
  "gcp:gkebackup/backupPlan:BackupPlan": ({ project, location, ...body }, name) => ({
    api: "gkebackup/v1",
    method: "gkebackup.projects.locations.backupPlans.create",
    parameters: { parent: parent(project, location), backupPlanId: name },
    body: without(body, "name"),
  }),
  "gcp:binaryauthorization/policy:Policy": ({ project, clusterAdmissionRules, ...rest }) => ({
    api: "binaryauthorization/v1",
    method: "binaryauthorization.projects.updatePolicy",
    parameters: { name: `projects/${text(project)}/policy` },
    body: { ...rest, clusterAdmissionRules: byKey(clusterAdmissionRules, "cluster") },
  }),
  "gcp:artifactregistry/repository:Repository": ({ project, location, repositoryId, ...rest }) => ({
    api: "artifactregistry/v1",
    method: "artifactregistry.projects.locations.repositories.create",
    parameters: { parent: parent(project, location), repositoryId },
    body: { ...rest, cleanupPolicies: cleanupPolicies(rest.cleanupPolicies) },
  }),
  "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": (inputs) => ({
    api: "artifactregistry/v1",
    method: "artifactregistry.projects.locations.repositories.setIamPolicy",
    parameters: {
      resource: `${parent(inputs.project, inputs.location)}/repositories/${text(inputs.repository)}`,
    },
    body: policyOf(without(inputs, "project", "location", "repository")),
  }),
  "gcp:container/cluster:Cluster": clusterRequest,
  "gcp:container/nodePool:NodePool": poolRequest,
};

/** The request that creates a resource with these inputs. `name` is the one that the provider generates. */
export function requestOf(type: string, inputs: Properties, name: string): ApiRequest {
  const derive = REQUESTS[type];
  if (!derive) throw new Error(`No request is known for resources of type ${type}.`);
  return derive(inputs, stringAt(inputs, "name") ?? name);
}

function text(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

function parent(project: Value | undefined, location: Value | undefined): string {
  return `projects/${text(project)}/locations/${text(location)}`;
}

/** A grant is one member of one binding. */
function policyOf({ role, member, ...rest }: Properties): Properties {
  return { policy: { bindings: [{ role: role ?? null, members: [member ?? null], ...rest }] } };
}

/** A map of the API, which the provider has as a list of blocks. */
export function byKey(list: Value | undefined, key: string): Properties {
  const items = Array.isArray(list) ? list.filter(isProperties) : [];
  return Object.fromEntries(items.map((item) => [text(item[key]), without(item, key)]));
}

/** Like {@link byKey}, but the key is also a field. */
function cleanupPolicies(list: Value | undefined): Properties {
  const items = Array.isArray(list) ? list.filter(isProperties) : [];
  return Object.fromEntries(items.map((item) => [text(item.id), item]));
}
