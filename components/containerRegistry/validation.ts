import type * as pulumi from "@pulumi/pulumi";
import type { ContainerRegistryArgs } from "./args";
import { isRegion, isZone, regionOf } from "../gkeCluster/location";
import { project } from "../gkeCluster/validation";
import { type Check, type Validation, check, each, quote, unchecked, wholeNumber } from "../shared/checks";

/** Multi-regions of Artifact Registry. */
const CONTINENTS = ["us", "europe", "asia"];

const location: Check<string> = (what, name) => {
  if (isRegion(name) || CONTINENTS.includes(name)) return [];
  if (isZone(name)) {
    return [
      `${what} is ${quote(name)}, a zone, but registries belong to regions. Use ${quote(regionOf(name))}.`,
    ];
  }
  return [
    `${what} is ${quote(name)}, which is not a region of Google Cloud. Use the region of the cluster, for example "us-east1".`,
  ];
};

const repositoryId: Check<string> = check(
  (id) => /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(id),
  (what, id) =>
    `${what} is ${quote(id)}. Use up to 63 lowercase letters, digits and "-", starting with a letter and not ending with "-".`,
);

const MEMBER =
  /^(allUsers|allAuthenticatedUsers|(user|group|serviceAccount|domain|principal|principalSet):\S+)$/;

/** Outputs are not known yet; Google Cloud checks them. */
const reader: Check<pulumi.Input<string>> = (what, member) => {
  if (typeof member !== "string" || MEMBER.test(member)) return [];
  return [
    `${what} is ${quote(member)}, which is not an IAM member. Use for example "serviceAccount:NAME@PROJECT.iam.gserviceaccount.com".`,
  ];
};

const days = wholeNumber({ why: "images are deleted after this number of days", least: 1 });

export const CONTAINER_REGISTRY: Validation<ContainerRegistryArgs> = {
  checks: {
    project,
    location,
    repositoryId,
    readers: each(reader),
    keepRecent: wholeNumber({ why: "the running image must be among those that are kept", least: 1 }),
    untaggedDays: days,
    taggedDays: days,
    vulnerabilityScanning: unchecked,
    deletionProtection: unchecked,
    enableApis: unchecked,
  },
  rules: [],
};
