import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureRedisImage } from "../../../local/images";
import type { Installation } from "../../../operate/cluster/installation";
import type { Design, Site } from "../design";
import { buildAndPush, push } from "../images";
import { installParts } from "../install";
import { RedisBrokers } from "./brokers";
import { brokerObjects, NAMESPACE } from "./manifests";
import { sceneOf } from "./scenes";

const CONFIG = join(__dirname, "config");

/** Redis with Sentinel, and Celery with late acknowledgements and a visibility timeout. */
export const redis: Design = {
  name: "redis",
  namespace: NAMESPACE,
  scene: sceneOf,
  purge: (queue) => ["redis-cli", "del", queue],
  async install(site: Site, signal: AbortSignal): Promise<Installation> {
    const { cluster, registry, report } = site;
    const image = await push(registry, "peer-redis", await ensureRedisImage(report));
    const workerImage = await buildAndPush(
      registry,
      "peer-redis-worker",
      join(__dirname, "worker"),
      site.workerImage,
      report,
    );
    const objects = brokerObjects(image, await configuration());
    const brokers = new RedisBrokers(cluster);
    return installParts(
      site,
      { namespace: NAMESPACE, objects, brokers, workerImage, folder: __dirname },
      signal,
    );
  },
};

/** The files of the ConfigMap, by name. */
export async function configuration(): Promise<Record<string, string>> {
  const names = (await readdir(CONFIG)).sort();
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(CONFIG, name), "utf8")] as const),
  );
  return Object.fromEntries(files);
}
