import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { UserError } from "../../operate/errors";
import { REPOSITORY } from "../paths";
import type { Report } from "../report";
import { type Host, thisHost } from "../toolchain/host";
import { lastLine } from "../toolchain/logged";

/** The base images of the images in docker/, each with its tag and digest. */
export const BASE_IMAGES_FILE = join(REPOSITORY, "docker", "base-images.json");

/** An image with a tag, and optionally with a digest. */
const REFERENCE = /^([^@\s]+:[\w.-]+)(?:@(sha256:[0-9a-f]{64}))?$/;
const PULL_TIMEOUT_SECONDS = 600;

/** Pulls every base image by its tag and writes the digests that the registries answered with, or nothing if one of them
 * fails. */
export async function moveBaseImages(
  report: Report,
  file = BASE_IMAGES_FILE,
  host: Host = thisHost,
): Promise<void> {
  const images = JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
  const problems: string[] = [];
  const moved: Record<string, string> = {};
  const changes: string[] = [];
  for (const [name, image] of Object.entries(images)) {
    const [, tagged, digest] = REFERENCE.exec(image) ?? [];
    if (tagged === undefined) {
      problems.push(`${name} is "${image}", which has no tag to follow. Write it as IMAGE:TAG.`);
      continue;
    }
    report(`pulling ${tagged}`);
    const newest = await newestDigest(tagged, host);
    if ("problem" in newest) problems.push(`${name}: ${newest.problem}`);
    else {
      moved[name] = `${tagged}@${newest.digest}`;
      changes.push(
        newest.digest === digest
          ? `${name}: ${tagged} has not changed`
          : `${name}: ${tagged} from ${digest ?? "no digest"} to ${newest.digest}`,
      );
    }
  }
  const path = relative(process.cwd(), file);
  if (problems.length > 0)
    throw new UserError([`${path} is unchanged, because of:`, ...problems].join("\n  "));
  await writeFile(file, `${JSON.stringify(moved, null, 2)}\n`);
  for (const change of changes) report(change);
}

/** Digest that the registry has for a tag: of the index of all platforms, if there is one. */
async function newestDigest(
  tagged: string,
  host: Host,
): Promise<{ readonly digest: string } | { readonly problem: string }> {
  const { exitCode, stdout, stderr } = await host.run("docker", ["pull", tagged], {
    timeoutSeconds: PULL_TIMEOUT_SECONDS,
  });
  if (exitCode !== 0)
    return {
      problem: `docker pull ${tagged} failed (${lastLine(stderr) || `not done within ${PULL_TIMEOUT_SECONDS} s`}). Give Docker access to the registry, or name an image of another one.`,
    };
  const digest = /^Digest: (sha256:[0-9a-f]{64})$/m.exec(stdout)?.[1];
  return digest
    ? { digest }
    : { problem: `docker pull ${tagged} printed no digest. Write it into the file by hand.` };
}
