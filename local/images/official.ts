import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../report";
import { type Host, thisHost } from "../toolchain/host";
import { lastLine } from "../toolchain/logged";
import type { Images } from "./docker";
import { workFolder } from "./work";

const DAY = 24 * 3600 * 1000;
const PULL_TIMEOUT_SECONDS = 600;

/** Whether Docker has an image of a public registry, or can pull it now. */
export async function hasOfficialImage(
  image: string,
  present: Images,
  report: Report,
  host: Host = thisHost,
): Promise<boolean> {
  // Docker lists an image that was pulled by digest without its tag.
  if (present.has(image.replace(/:[^:/@]+@/, "@"))) return true;
  const refusals = await readRefusals();
  if (Date.now() - (refusals[image] ?? 0) < DAY) return false;
  report(`pulling ${image}`);
  const { exitCode, stderr } = await host.run("docker", ["pull", "--quiet", image], {
    timeoutSeconds: PULL_TIMEOUT_SECONDS,
  });
  if (exitCode === 0) return true;
  report(`${image} cannot be pulled (${lastLine(stderr)}); not retried for a day`);
  await writeRefusals({ ...refusals, [image]: Date.now() });
  return false;
}

// Without it, a machine that cannot reach a registry would wait for the network at every run.
const refusalsFile = () => join(workFolder(), "unreachable.json");

async function readRefusals(): Promise<Record<string, number>> {
  try {
    return JSON.parse(await readFile(refusalsFile(), "utf8")) as Record<string, number>;
  } catch {
    return {};
  }
}

async function writeRefusals(refusals: Record<string, number>): Promise<void> {
  await writeFile(refusalsFile(), JSON.stringify(refusals));
}
