import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import { BinaryAuthorization, EncryptionScope } from "./choices";
import type { ResolvedCluster } from "./resolve";

/** Project and parent of the services. */
export interface ApisOf {
  name: string;
  project: string;
  parent: pulumi.Resource;
  hooks: pulumi.ResourceHookBinding;
}

/** Google APIs that the project needs, without `.googleapis.com`. */
export const REGISTRY_APIS = ["artifactregistry"];
/** Enabling it makes Google scan, and bill, each image that is pushed to the project. */
export const SCANNING_API = "containerscanning";

/** APIs of the services that a cluster uses. */
export function clusterApis(gke: ResolvedCluster): string[] {
  const { encryption, notifications, backup, security } = gke;
  const optional = {
    cloudkms: encryption.scope !== EncryptionScope.Google,
    pubsub: notifications,
    gkebackup: backup !== undefined,
    binaryauthorization: security.binaryAuthorization !== BinaryAuthorization.Off,
    containersecurity: security.posture,
  };
  const used = Object.entries(optional).filter(([, isUsed]) => isUsed);
  return ["compute", "container", "iam", ...used.map(([api]) => api)];
}

/** Pulumi needs this API to see which others are enabled. */
const FIRST = "cloudresourcemanager";

/** Enables APIs and never disables them, because others may use them. */
export function enableApis({ name, project, parent, hooks }: ApisOf, apis: string[]): pulumi.Resource[] {
  const enable = (api: string, dependsOn: pulumi.Resource[]) =>
    new gcp.projects.Service(
      `${name}-${api}`,
      { project, service: `${api}.googleapis.com`, disableOnDestroy: false },
      { parent, dependsOn, hooks },
    );
  const first = enable(FIRST, []);
  return [first, ...apis.map((api) => enable(api, [first]))];
}
