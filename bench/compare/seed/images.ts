import { join } from "node:path";
import { ensureSeedBrokerBase } from "../../../local/images";
import { buildImage, imageFor, type Recipe } from "../../../local/images/build";
import { docker, imagesPresent } from "../../../local/images/docker";
import { withWorkFolder } from "../../../local/images/work";
import { PREFIX } from "../../../local/paths";
import type { Report } from "../../../local/report";
import { thisHost } from "../../../local/toolchain/host";

export interface SeedImages {
  readonly rabbitmq: string;
  readonly worker: string;
}

/** Builds the seed's images and pushes them to the registry of the cluster. The worker image is based on ours. */
export async function seedImages(registry: string, ourWorker: string, report: Report): Promise<SeedImages> {
  const base = await ensureSeedBrokerBase(report);
  const id = (await imagesPresent()).get(base) ?? base;
  return withWorkFolder(report, async () => ({
    rabbitmq: await buildAndPush(registry, "rabbitmq", { image: base, id }, report),
    // The name includes the digest, so it identifies the image.
    worker: await buildAndPush(registry, "worker", { image: ourWorker, id: ourWorker }, report),
  }));
}

async function buildAndPush(
  registry: string,
  folder: string,
  base: Recipe["base"],
  report: Report,
): Promise<string> {
  const name = `seed-${folder}`;
  const recipe: Recipe = { repository: `${PREFIX}-${name}`, folder: join(__dirname, folder), base };
  const built = await imageFor(recipe);
  if (!(await imagesPresent()).has(built)) await buildImage(recipe, built, report);
  const image = `${registry}/${name}:${built.split(":").at(-1)}`;
  await docker(thisHost, "tag", built, image);
  await docker(thisHost, "push", "--quiet", image);
  return image;
}
