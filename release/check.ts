import { readFileSync } from "node:fs";
import { join } from "node:path";
import { changelogProblems } from "./changelog";
import { ownerOf, PLACEHOLDER, ROOT } from "./repository";
import { currentVersion, versionProblems } from "./version";

/** What the release workflow knows of the run. */
export interface Release {
  /** Git tag, for example v1.2.3. */
  tag: string;
  /** Repository on GitHub, for example acme/ha-celery. Default: not checked. */
  repository?: string;
}

/** Returns every reason not to release, each with its fix. Empty if there is none. */
export function releaseProblems({ tag, repository }: Release, root = ROOT): string[] {
  const version = currentVersion(root);
  const owner = ownerOf(root);
  const problems = [
    ...versionProblems(root),
    ...changelogProblems(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version),
  ];
  if (problems.length > 0) problems.push("Write versions and date with: npm run release -- prepare VERSION");
  if (tag !== `v${version}`)
    problems.push(
      `The tag is ${tag}, but package.json has ${version}. Tag the release commit: git tag v${version}`,
    );
  if (owner === PLACEHOLDER)
    problems.push(`package.json names the owner ${PLACEHOLDER}. Name yours: npm run release -- owner NAME`);
  if (repository !== undefined && repository !== `${owner}/ha-celery`)
    problems.push(
      `The workflow runs in ${repository}, but package.json names ${owner}/ha-celery. npm refuses provenance that differs from it.`,
    );
  return problems;
}
