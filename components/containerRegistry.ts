import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { enableApis, REGISTRY_APIS } from "./gke/apis";
import { READER_ROLE, repository } from "./registry/repository";
import { registryProblems } from "./registry/validation";
import { nameProblems, refuse } from "./shared/validation";

/** Arguments of `ContainerRegistry`. */
export interface ContainerRegistryArgs {
  /** Id of the Google Cloud project. */
  project: string;
  /** Region, that of the cluster: pulls from another one take longer and cost money. Changing it makes another, empty registry. */
  location: string;
  /** Last part of the registry's path, unique in project and location. Changing it makes another, empty registry.
   * @default the component's name and a hash of project, stack and name */
  repositoryId?: string;
  /** IAM members that may pull, for example `serviceAccount:` and the `nodeServiceAccountEmail` of a `GkeCluster`.
   * @default none but those whom the project lets */
  readers?: pulumi.Input<string>[];
  /** Versions of each image that are kept, however old. The one that runs must be among them.
   * @default 10 */
  keepRecent?: number;
  /** Days after which other versions without a tag are deleted. A rebuilt image takes the tag from the one before.
   * @default 7 */
  untaggedDays?: number;
  /** Days after which other versions with a tag are deleted.
   * @default 90 */
  taggedDays?: number;
  /** Refuse to delete the registry with all its images. Nodes that start later could not pull what runs.
   * To destroy, set it to false and run `pulumi up` first.
   * @default true */
  deletionProtection?: boolean;
  /** Enable the API of Artifact Registry in the project. It stays enabled. Turn it off where somebody else manages APIs.
   * @default true */
  enableApis?: boolean;
}

/**
 * A registry for container images on Google Cloud, private to its project and readers, that deletes what is old.
 *
 * To push, sign Docker in once: `gcloud auth configure-docker REGION-docker.pkg.dev`.
 *
 * **Cost** a month = GB stored + GB pulled from other regions.
 *
 * @example
 * ```ts
 * const registry = new ContainerRegistry("images", {
 *   project: "my-project",
 *   location: "us-east1",
 *   readers: [pulumi.interpolate`serviceAccount:${cluster.nodeServiceAccountEmail}`],
 * });
 * new ContainerImage("worker", { repository: pulumi.interpolate`${registry.url}/worker`, context: "docker/worker" });
 * ```
 */
export class ContainerRegistry extends pulumi.ComponentResource {
  /** Host and path that images are pushed below, without a slash at the end. */
  readonly url: pulumi.Output<string>;
  /** Last part of the path. */
  readonly repositoryName: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 40 characters.
   * @param args See `ContainerRegistryArgs`.
   * @param opts A Google Cloud provider, if not the default one.
   * @throws ResourceError that names every problem of `args` at once.
   */
  constructor(name: string, args: ContainerRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:ContainerRegistry", name, args, opts);
    refuse(this, "ContainerRegistry", name, [...nameProblems("name", name), ...registryProblems(args)]);
    const { project, location, readers = [], deletionProtection = true } = args;
    const apis = (args.enableApis ?? true) ? enableApis({ name, project, parent: this }, REGISTRY_APIS) : [];

    const images = new gcp.artifactregistry.Repository(`${name}-repository`, repository(name, args), {
      parent: this,
      protect: deletionProtection,
      dependsOn: apis,
    });
    readers.forEach((member, index) => {
      new gcp.artifactregistry.RepositoryIamMember(
        `${name}-reader-${index}`,
        { project, location, repository: images.name, role: READER_ROLE, member },
        { parent: this },
      );
    });

    this.url = images.registryUri;
    this.repositoryName = images.repositoryId;
    this.registerOutputs({ url: this.url, repositoryName: this.repositoryName });
  }
}
