import { buildImage, imageFor, type Recipe } from "../../local/images/build";
import { docker, imagesPresent } from "../../local/images/docker";
import { withWorkFolder } from "../../local/images/work";
import { PREFIX } from "../../local/paths";
import type { Report } from "../../local/report";
import { thisHost } from "../../local/toolchain/host";

/** Builds an image from a folder, pushes it to the registry of the cluster, and returns its name there. */
export async function buildAndPush(
  registry: string,
  name: string,
  folder: string,
  base: string,
  report: Report,
): Promise<string> {
  // Without an id, the name includes the digest, so it identifies the image.
  const id = (await imagesPresent()).get(base) ?? base;
  const recipe: Recipe = { repository: `${PREFIX}-${name}`, folder, base: { image: base, id } };
  const built = await imageFor(recipe);
  await withWorkFolder(report, async () => {
    if (!(await imagesPresent()).has(built)) await buildImage(recipe, built, report);
  });
  return push(registry, name, built);
}

/** Pushes an image to the registry of the cluster, and returns its name there. */
export async function push(registry: string, name: string, built: string): Promise<string> {
  const id = (await imagesPresent()).get(built) ?? built;
  const image = `${registry}/${name}:${id.replace("sha256:", "").slice(0, 12)}`;
  await docker(thisHost, "tag", built, image);
  await docker(thisHost, "push", "--quiet", image);
  return image;
}
