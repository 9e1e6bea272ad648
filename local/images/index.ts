import { join } from "node:path";
import baseImages from "../../docker/base-images.json";
import { PREFIX, REPOSITORY } from "../paths";
import type { Report } from "../report";
import { ensureBinaries } from "../toolchain";
import { thisHost } from "../toolchain/host";
import { type Recipe, buildImage, imageFor } from "./build";
import { type Suite, makeDebianImage } from "./debian";
import { type Images, docker, imagesPresent } from "./docker";
import { hasOfficialImage } from "./official";
import { withWorkFolder } from "./work";

const DOCKER = join(REPOSITORY, "docker");

/** Base images of the images in docker/. */
export interface BaseImages {
  rabbitmq: string;
  worker: string;
}

/** Finds, pulls or builds the base images, in this order. */
export async function ensureBaseImages(report: Report): Promise<BaseImages> {
  return withWorkFolder(report, async () => {
    const present = await imagesPresent();
    const rabbitmq = await pullOrBuild(baseImages.rabbitmq, "base-rabbitmq", "forky", present, report);
    const worker = await pullOrBuild(baseImages.worker, "base-python", "trixie", present, report);
    report(`base images: ${rabbitmq}, ${worker}`);
    return { rabbitmq, worker };
  });
}

/** Base image of scheduled drills. */
export async function ensureDrillsBase(report: Report): Promise<string> {
  const programs = { node: join(REPOSITORY, "node_modules", "node", "bin", "node") };
  return withWorkFolder(report, async () =>
    pullOrBuild(baseImages.drills, "base-node", "trixie", await imagesPresent(), report, programs),
  );
}

/** Image with an Erlang that has EUnit, which RabbitMQ's official image lacks. */
export async function ensureErlangImage(report: Report): Promise<string> {
  return withWorkFolder(report, async () =>
    buildOwn("base-rabbitmq", "forky", await imagesPresent(), report),
  );
}

/** Base image of the 2018 design's broker: RabbitMQ 3.10, as in Debian 12, which still mirrors classic queues. */
export async function ensureSeedBrokerBase(report: Report): Promise<string> {
  return withWorkFolder(report, async () =>
    pullOrBuild("rabbitmq:3.10", "base-rabbitmq-former", "bookworm", await imagesPresent(), report),
  );
}

/** Image of a peer's brokers: Redis 8.0, as in Debian 13, with Sentinel. */
export async function ensureRedisImage(report: Report): Promise<string> {
  return withWorkFolder(report, async () =>
    pullOrBuild("redis:8.0", "base-redis", "trixie", await imagesPresent(), report),
  );
}

/** RabbitMQ 4.0 of Debian 13, from which a test upgrades. */
export async function ensureFormerBrokerBase(report: Report): Promise<string> {
  return withWorkFolder(report, async () =>
    buildOwn("base-rabbitmq-former", "trixie", await imagesPresent(), report),
  );
}

/** Image of the example's database, with the interface of the official one. */
export async function ensurePostgresImage(report: Report): Promise<string> {
  return withWorkFolder(report, async () =>
    pullOrBuild("postgres:17", "base-postgres", "trixie", await imagesPresent(), report),
  );
}

/** Image with Prometheus and promtool, which evaluates the alerts in tests. */
export async function ensurePrometheusImage(report: Report): Promise<string> {
  return withWorkFolder(report, async () =>
    buildOwn("prometheus", "trixie", await imagesPresent(), report, {}, join(DOCKER, "prometheus")),
  );
}

/** Base image of docker/prometheus. */
export async function ensurePrometheusBase(report: Report): Promise<string> {
  return withWorkFolder(report, async () => (await debian("trixie", await imagesPresent(), report)).image);
}

/** Returns the image of all containers of an assembled cluster. Builds it if it is missing. */
export async function ensureNodeImage(report: Report): Promise<string> {
  const programs = { ...(await ensureBinaries(report)) };
  return withWorkFolder(report, async () =>
    buildOwn("node", "trixie", await imagesPresent(), report, programs),
  );
}

/** Removes the images built here and from docker/. Official images stay, because others may use them. */
export async function removeImages(report: Report): Promise<void> {
  const bases = [...(await imagesPresent()).keys()].filter((image) =>
    /^ha-celery-(debian|base-rabbitmq|base-rabbitmq-former|base-python|base-node|base-postgres|base-redis|node|prometheus):/.test(
      image,
    ),
  );
  const built = await Promise.all(
    ["rabbitmq", "worker", "prometheus", "drills", "seed-rabbitmq", "peer-redis-worker"].map(imagesTitled),
  );
  const images = [...new Set([...built.flat(), ...bases])];
  if (images.length === 0) return;
  report(`removing ${images.length} images`);
  await docker(thisHost, "image", "rm", "--force", ...images);
}

/**
 * Returns ids of images built from docker/, found by label, because their names contain the registry of a deleted
 * cluster.
 */
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
  programs: Record<string, string> = {},
): Promise<string> {
  if (await hasOfficialImage(official, present, report)) return official;
  return tagWithId(await buildOwn(folder, suite, present, report, programs));
}

/** Adds the image's ID to its tag. The tag of a recipe stays the same when its packages change, but what is built on the
 * image must then be built again. */
async function tagWithId(image: string): Promise<string> {
  const id = await docker(thisHost, "image", "inspect", "--format={{.Id}}", image);
  const tagged = `${image}-${id.replace("sha256:", "").slice(0, 12)}`;
  await docker(thisHost, "tag", image, tagged);
  return tagged;
}

async function buildOwn(
  folder: string,
  suite: Suite,
  present: Images,
  report: Report,
  programs: Record<string, string> = {},
  source = join(__dirname, folder),
): Promise<string> {
  const base = await debian(suite, present, report);
  const recipe: Recipe = {
    repository: `${PREFIX}-${folder}`,
    folder: source,
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
  const own = `${PREFIX}-debian:${suite}`;
  const image = !present.has(own) && (await hasOfficialImage(official, present, report)) ? official : own;
  let id = present.get(image);
  if (!id) {
    if (image === own) await makeDebianImage(suite, own, report);
    for (const [name, newId] of await imagesPresent()) present.set(name, newId);
    id = present.get(image);
  }
  if (!id) throw new Error(`${image} was built or pulled, but docker image ls does not list it`);
  return { image, id };
}
