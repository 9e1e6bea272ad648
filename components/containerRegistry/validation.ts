import type { ContainerRegistryArgs } from "./args";
import { isRegion, isZone, regionOf } from "../gkeCluster/location";
import { projectProblems } from "../gkeCluster/validation";
import { quote, wholeNumberProblems } from "../shared/validation";

const CONTINENTS = ["us", "europe", "asia"];

/** Everything wrong with the arguments of a registry. */
export function registryProblems(args: ContainerRegistryArgs): string[] {
  const day = "images are deleted after so many days";
  return [
    ...projectProblems(args.project),
    ...locationProblems(args.location),
    ...repositoryIdProblems(args.repositoryId),
    ...(args.readers ?? []).flatMap(readerProblems),
    ...wholeNumberProblems("keepRecent", args.keepRecent, {
      why: "the image that runs must be among those that are kept",
      least: 1,
    }),
    ...wholeNumberProblems("untaggedDays", args.untaggedDays, { why: day, least: 1 }),
    ...wholeNumberProblems("taggedDays", args.taggedDays, { why: day, least: 1 }),
  ];
}

function locationProblems(location: string): string[] {
  if (isRegion(location) || CONTINENTS.includes(location)) return [];
  if (isZone(location)) {
    return [
      `location is ${quote(location)}, a zone, but registries belong to regions. Use ${quote(regionOf(location))}.`,
    ];
  }
  return [
    `location is ${quote(location)}, which is not a region of Google Cloud. Use that of the cluster, for example "us-east1".`,
  ];
}

function repositoryIdProblems(id: string | undefined): string[] {
  if (id === undefined || /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(id)) return [];
  return [
    `repositoryId is ${quote(id)}. Use up to 63 lower case letters, digits and "-", a letter first and no "-" last.`,
  ];
}

const MEMBER =
  /^(allUsers|allAuthenticatedUsers|(user|group|serviceAccount|domain|principal|principalSet):\S+)$/;

function readerProblems(reader: unknown, index: number): string[] {
  if (typeof reader !== "string" || MEMBER.test(reader)) return [];
  return [
    `readers[${index}] is ${quote(reader)}, which is not an IAM member. Use for example "serviceAccount:NAME@PROJECT.iam.gserviceaccount.com".`,
  ];
}
