import { UserError } from "../operate/errors";

/** A section of CHANGELOG.md (https://keepachangelog.com): the changes of one version. */
export interface Section {
  /** "Unreleased", or a version. */
  version: string;
  /** Day of the release. Undefined if the version is not released. */
  date?: string;
  /** Text below the heading. */
  body: string;
}

export const UNRELEASED = "Unreleased";

/** Headings of Keep a Changelog. */
export const KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

const HEADING = /^(\S+)(?: - (\d{4}-\d{2}-\d{2})| \(unreleased\))?$/;

/** Returns the sections, the newest first. */
export function sections(text: string): Section[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = "", ...body] = section.split("\n");
      const [, version, date] = HEADING.exec(heading) ?? [];
      if (version === undefined)
        throw new UserError(
          `CHANGELOG.md has the heading "## ${heading}". Write "## ${UNRELEASED}", or "## 1.2.3 - 2027-01-31".`,
        );
      return { version, date, body: body.join("\n").trim() };
    });
}

/** Returns the changes of a version, for the notes of its release. */
export function notes(text: string, version: string): string {
  const section = sections(text).find((each) => each.version === version);
  if (!section) throw new UserError(`CHANGELOG.md has no section "## ${version} - DATE".`);
  return section.body;
}

/** Makes the unreleased changes those of a version. */
export function released(text: string, version: string, date: string): string {
  const [top] = sections(text);
  if (top?.version !== UNRELEASED || top.body === "")
    throw new UserError(
      `CHANGELOG.md has no changes below "## ${UNRELEASED}", so there is nothing to release.`,
    );
  if (sections(text).some((section) => section.version === version))
    throw new UserError(`CHANGELOG.md has a section "## ${version}" already. Versions are released once.`);
  return text.replace(`## ${UNRELEASED}\n`, `## ${UNRELEASED}\n\n## ${version} - ${date}\n`);
}

/** Returns what is wrong if this version is to be released from this text. */
export function changelogProblems(text: string, version: string): string[] {
  const all = sections(text);
  const [top] = all;
  const newest = all.find((section) => section.version !== UNRELEASED);
  const problems = [];
  if (top?.version === UNRELEASED && top.body !== "")
    problems.push(`CHANGELOG.md has changes below "## ${UNRELEASED}", which the release would contain.`);
  if (newest?.version !== version)
    problems.push(
      `CHANGELOG.md begins with version ${newest?.version ?? "none"}, but package.json has ${version}.`,
    );
  else if (newest.date === undefined) problems.push(`CHANGELOG.md has no date in "## ${version}".`);
  return problems;
}
