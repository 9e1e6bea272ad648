import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";

/** Project and parent of the services. */
export interface ApisOf {
  name: string;
  project: string;
  parent: pulumi.Resource;
  hooks: pulumi.ResourceHookBinding;
}

/** Google APIs that the project needs, without `.googleapis.com`. */
export const CLUSTER_APIS = ["compute", "container", "iam"];
export const REGISTRY_APIS = ["artifactregistry"];

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
