import { join } from "node:path";
import { PREFIX } from "../paths";
import type { Report } from "../report";
import { ensureBinaries } from "../toolchain";
import { thisHost } from "../toolchain/host";
import { type Recipe, buildImage, imageFor } from "./build";
import { type Suite, makeDebianImage } from "./debian";
import { type Images, docker, imagesPresent } from "./docker";
import { hasOfficialImage } from "./official";
import { withWorkFolder } from "./work";

/** What the images of docker/ are built on. */
export interface BaseImages {
  rabbitmq: string;
  worker: string;
}

/** Finds, pulls or builds the images that the product's own are built on, in this order. With everything present it only looks. */
export async function ensureBaseImages(report: Report): Promise<BaseImages> {
  return withWorkFolder(report, async () => {
    const present = await imagesPresent();
    const rabbitmq = await pullOrBuild("rabbitmq:4.3-management", "base-rabbitmq", "forky", present, report);
    const worker = await pullOrBuild("python:3.13-slim", "base-python", "trixie", present, report);
    report(`base images: ${rabbitmq}, ${worker}`);
    return { rabbitmq, worker };
  });
}

/** What the broker of the seed's design stands on: a series that still mirrors classic queues, Debian 12's. */
export async function ensureSeedBrokerBase(report: Report): Promise<string> {
  return withWorkFolder(report, async () =>
    pullOrBuild("rabbitmq:3.10", "base-rabbitmq-3.10", "bookworm", await imagesPresent(), report),
  );
}

/** Builds the image that every container of an assembled cluster runs, unless it is there. */
export async function ensureNodeImage(report: Report): Promise<string> {
  const programs = { ...(await ensureBinaries(report)) };
  return withWorkFolder(report, async () => own("node", "trixie", await imagesPresent(), report, programs));
}

/** Removes every image made here and from docker/; official ones stay, they may be someone else's. */
export async function removeImages(report: Report): Promise<void> {
  const bases = [...(await imagesPresent()).keys()].filter((image) =>
    /^ha-celery-(debian|base-rabbitmq|base-rabbitmq-3\.10|base-python|node):/.test(image),
  );
  const built = await Promise.all(["rabbitmq", "worker", "seed-rabbitmq", "seed-worker"].map(imagesTitled));
  const ours = [...new Set([...built.flat(), ...bases])];
  if (ours.length === 0) return;
  report(`removing ${ours.length} images`);
  await docker(thisHost, "image", "rm", "--force", ...ours);
}

/** Ids of the images that a Dockerfile of docker/ made; their names hold the registry of a cluster that may be gone. */
async function imagesTitled(name: string): Promise<string[]> {
  const label = `label=org.opencontainers.image.title=${PREFIX}-${name}`;
  const ids = await docker(thisHost, "image", "ls", "--quiet", "--no-trunc", "--filter", label);
  return ids.split("\n").filter(Boolean);
}

async function pullOrBuild(
  official: string,
  folder: string,
  suite: Suite,
  present: Images,
  report: Report,
): Promise<string> {
  return (await hasOfficialImage(official, present, report)) ? official : own(folder, suite, present, report);
}

async function own(
  folder: string,
  suite: Suite,
  present: Images,
  report: Report,
  programs: Record<string, string> = {},
): Promise<string> {
  const base = await debian(suite, present, report);
  const recipe: Recipe = {
    repository: `${PREFIX}-${folder}`,
    folder: join(__dirname, folder),
    base,
    programs,
  };
  const image = await imageFor(recipe);
  if (!present.has(image)) {
    report(`building ${image}`);
    await buildImage(recipe, image, report);
  }
  return image;
}

async function debian(suite: Suite, present: Images, report: Report): Promise<Recipe["base"]> {
  const official = `debian:${suite}-slim`;
  const ours = `${PREFIX}-debian:${suite}`;
  const image = !present.has(ours) && (await hasOfficialImage(official, present, report)) ? official : ours;
  let id = present.get(image);
  if (!id) {
    if (image === ours) await makeDebianImage(suite, ours, report);
    for (const [name, newId] of await imagesPresent()) present.set(name, newId);
    id = present.get(image);
  }
  if (!id) throw new Error(`${image} was made or pulled, but docker image ls does not show it`);
  return { image, id };
}
