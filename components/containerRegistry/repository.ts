import type * as gcp from "@pulumi/gcp";
import type { ContainerRegistryArgs } from "./args";
import { REPOSITORY_ID_LENGTH, thisStack, uniqueId } from "../gkeCluster/names";

type CleanupPolicy = gcp.types.input.artifactregistry.RepositoryCleanupPolicy;

export const DEFAULT_KEEP_RECENT = 10;

export const READER_ROLE = "roles/artifactregistry.reader";

export function repository(name: string, args: ContainerRegistryArgs): gcp.artifactregistry.RepositoryArgs {
  const { keepRecent = DEFAULT_KEEP_RECENT, untaggedDays = 7, taggedDays = 90 } = args;
  return {
    project: args.project,
    location: args.location,
    repositoryId: args.repositoryId ?? uniqueId(name, thisStack(), REPOSITORY_ID_LENGTH),
    description: `Images of ${name}.`,
    format: "DOCKER",
    // Without dockerConfig tags may move: pods use digests, and immutable tags would reject a rebuilt image. The
    // provider does not send `immutableTags: false` and would report it as a change in every update.
    vulnerabilityScanningConfig: { enablementConfig: scans(args) ? "INHERITED" : "DISABLED" },
    cleanupPolicies: [
      { id: "keep-recent", action: "KEEP", mostRecentVersions: { keepCount: keepRecent } },
      deleteAfter("delete-untagged", "UNTAGGED", untaggedDays),
      deleteAfter("delete-tagged", "TAGGED", taggedDays),
    ],
  };
}

export function scans({ vulnerabilityScanning = true }: ContainerRegistryArgs): boolean {
  return vulnerabilityScanning;
}

function deleteAfter(id: string, tagState: string, days: number): CleanupPolicy {
  return { id, action: "DELETE", condition: { tagState, olderThan: `${days * 86_400}s` } };
}
