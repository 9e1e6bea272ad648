import type * as pulumi from "@pulumi/pulumi";

/** Arguments of `ContainerRegistry`. */
export interface ContainerRegistryArgs {
  /** ID of the Google Cloud project. */
  project: string;
  /** Region of the cluster. Pulls from another region are slower and cost money. Changing it creates a new, empty
   * registry. */
  location: string;
  /** Last part of the registry's path, unique in the project and location. Changing it creates a new, empty registry.
   * @default the component's name and a hash of project, stack and name. It stays if the project or stack is renamed,
   * or if this argument is removed */
  repositoryId?: string;
  /** IAM members that may pull, for example `serviceAccount:` followed by the `nodeServiceAccountEmail` of a
   * `GkeCluster`. Outputs are told apart by their place among the outputs, so add
   * further ones behind them.
   * @default none besides those with a role in the project */
  readers?: pulumi.Input<string>[];
  /** Number of recent versions of each image to keep, regardless of age. The running version must be among them.
   * @default 10 */
  keepRecent?: number;
  /** Days after which other untagged versions are deleted. A rebuilt image takes over the tag of its predecessor.
   * @default 7 */
  untaggedDays?: number;
  /** Days after which other tagged versions are deleted.
   * @default 90 */
  taggedDays?: number;
  /** Whether Google scans each new image for vulnerabilities (CIS 5.1.1), and again as it learns of new ones. Enables
   * the Container Scanning API, which scans the images of all registries in the project unless they turn it off.
   * In place. Costs $0.26 for each new image (https://cloud.google.com/artifact-analysis/pricing).
   * @default true */
  vulnerabilityScanning?: boolean;
  /** Whether to protect the registry and its images from deletion. Without them, new nodes cannot pull the running
   * images. To destroy, set it to false and run `pulumi up` first.
   * @default true */
  deletionProtection?: boolean;
  /** Whether to enable the Artifact Registry API in the project. It stays enabled. Set it to false if APIs are
   * managed elsewhere.
   * @default true */
  enableApis?: boolean;
}
