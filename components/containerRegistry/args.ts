import type * as pulumi from "@pulumi/pulumi";

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
