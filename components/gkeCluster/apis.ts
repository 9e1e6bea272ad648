import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";

/** What the services are enabled for. */
export interface ApisOf {
  name: string;
  project: string;
  parent: pulumi.Resource;
}

/** Google's services that the project must have enabled, each without `.googleapis.com`. */
export const CLUSTER_APIS = ["compute", "container", "iam"];
export const REGISTRY_APIS = ["artifactregistry"];

/** By it Pulumi reads the project, to see whether the others are enabled. */
const FIRST = "cloudresourcemanager";

/** Enables services, and never disables them: others may use them, too. */
export function enableApis({ name, project, parent }: ApisOf, apis: string[]): pulumi.Resource[] {
  const enable = (api: string, dependsOn: pulumi.Resource[]) =>
    new gcp.projects.Service(
      `${name}-${api}`,
      { project, service: `${api}.googleapis.com`, disableOnDestroy: false },
      { parent, dependsOn },
    );
  const first = enable(FIRST, []);
  return [first, ...apis.map((api) => enable(api, [first]))];
}
