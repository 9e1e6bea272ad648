import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { registryHost, type Image } from "./image";

interface DockerConfig {
  auths?: Record<string, unknown>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

/**
 * Runs a step with the registry's credentials in a temporary Docker configuration. Every user could read a password on
 * the command line, and docker login would change the user's own configuration.
 */
export async function withLogin<T>(
  image: Image,
  step: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  const { username, password } = image.registry;
  if (!username || !password) return step({});
  const own = process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  const directory = mkdtempSync(join(tmpdir(), "ha-celery-docker-"));
  try {
    // The same folder holds plugins (buildx) and contexts.
    for (const name of existsSync(own) ? readdirSync(own) : []) {
      if (name !== "config.json") symlinkSync(join(own, name), join(directory, name));
    }
    const file = join(own, "config.json");
    const config: DockerConfig = existsSync(file)
      ? (JSON.parse(readFileSync(file, "utf8")) as DockerConfig)
      : {};
    const server = image.registry.server ?? registryHost(image.name);
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    const credHelpers = Object.fromEntries(
      Object.entries(config.credHelpers ?? {}).filter(([name]) => name !== server),
    );
    const merged = {
      ...config,
      credsStore: undefined,
      credHelpers,
      auths: { ...config.auths, [server]: { auth } },
    };
    writeFileSync(join(directory, "config.json"), JSON.stringify(merged), { mode: 0o600 });
    return await step({ DOCKER_CONFIG: directory });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
