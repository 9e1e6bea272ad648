import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { enableApis, REGISTRY_APIS, SCANNING_API } from "../gkeCluster/apis";
import { KEPT_REPOSITORY_ID } from "../gkeCluster/names";
import { READER_ROLE, repository, scans } from "./repository";
import { retryWhileEnabling } from "../gkeCluster/retries";
import { CONTAINER_REGISTRY } from "./validation";
import { stateful } from "../shared/childOptions";
import { outputsOf, validate } from "../shared/component";
import type { ContainerRegistryArgs } from "./args";

/**
 * A registry for container images on Google Cloud. It is private to its project and readers, and deletes old images.
 *
 * To push, configure Docker once: `gcloud auth configure-docker REGION-docker.pkg.dev`.
 *
 * **Cost** per month = GB stored + GB pulled from other regions + $0.26 for each new image with
 * `vulnerabilityScanning`.
 *
 * @example
 * ```ts
 * const registry = new ContainerRegistry("images", {
 *   project: "my-project",
 *   location: "us-east1",
 *   readers: [pulumi.interpolate`serviceAccount:${cluster.nodeServiceAccountEmail}`],
 * });
 * new ContainerImage("worker", { repository: pulumi.interpolate`${registry.url}/worker`, context: "shop" });
 * ```
 */
export class ContainerRegistry extends pulumi.ComponentResource {
  /** Host and path prefix of the images, without a trailing slash. */
  readonly url: pulumi.Output<string>;
  /** Last part of the path. */
  readonly repositoryName: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 40 characters.
   * @param args See `ContainerRegistryArgs`.
   * @param opts Optionally a Google Cloud provider.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: ContainerRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:ContainerRegistry", name, args, opts);
    validate(this, name, args, CONTAINER_REGISTRY);
    const { project, location, readers = [], deletionProtection = true } = args;
    const managesApis = args.enableApis ?? true;
    const hooks = managesApis ? retryWhileEnabling(`${name}-registry`) : {};
    const needed = scans(args) ? [...REGISTRY_APIS, SCANNING_API] : REGISTRY_APIS;
    const apis = managesApis ? enableApis({ name, project, parent: this, hooks }, needed) : [];

    const images = new gcp.artifactregistry.Repository(`${name}-repository`, repository(name, args), {
      ...stateful(this, deletionProtection),
      dependsOn: apis,
      hooks,
      ...(args.repositoryId === undefined && { ignoreChanges: KEPT_REPOSITORY_ID }),
    });
    for (const [grantName, member] of namedReaders(name, readers))
      new gcp.artifactregistry.RepositoryIamMember(
        grantName,
        { project, location, repository: images.name, role: READER_ROLE, member },
        // A grant disappears with the registry. Deleting it by itself would take it from the nodes before Pulumi
        // refuses to delete a protected registry.
        { parent: this, deletedWith: images },
      );

    this.url = images.registryUri;
    this.repositoryName = images.repositoryId;
    this.registerOutputs(outputsOf(this));
  }
}

/** Named by the member: after a change of the list, no other resource has the grant that one of them deletes. Outputs,
 * which are not known yet, are numbered among themselves. */
function namedReaders(
  registry: string,
  readers: pulumi.Input<string>[],
): [name: string, member: pulumi.Input<string>][] {
  const known = new Set(readers.filter((member) => typeof member === "string"));
  const outputs = new Set(readers.filter((member) => typeof member !== "string"));
  return [
    ...[...known].map((member): [string, string] => [`${registry}-reader-${member}`, member]),
    ...[...outputs].map((member, index): [string, pulumi.Input<string>] => [
      `${registry}-reader-${index}`,
      member,
    ]),
  ];
}
