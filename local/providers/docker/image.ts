import { listAt, plainProperties, propertiesAt, stringAt, type Properties } from "../plugin/values";

export interface Image {
  name: string;
  context: string;
  dockerfile: string;
  platform: string;
  target?: string;
  network?: string;
  args: Record<string, string>;
  addHosts: string[];
  cacheFrom: string[];
  /** "BuilderV1" selects the legacy builder. */
  builderVersion?: string;
  push: boolean;
  registry: { server?: string; username?: string; password?: string };
}

const ARCHITECTURES: Record<string, string> = { x64: "amd64", ia32: "386" };

export function hostPlatform(): string {
  return `linux/${ARCHITECTURES[process.arch] ?? process.arch}`;
}

export function imageOf(inputs: Properties): Image {
  const image = plainProperties(inputs);
  const build = propertiesAt(image, "build");
  const registry = propertiesAt(image, "registry");
  const context = stringAt(build, "context") ?? ".";
  return {
    name: stringAt(image, "imageName") ?? "",
    context,
    dockerfile: stringAt(build, "dockerfile") ?? `${context}/Dockerfile`,
    platform: stringAt(build, "platform") ?? hostPlatform(),
    target: stringAt(build, "target"),
    network: stringAt(build, "network"),
    args: Object.fromEntries(
      Object.entries(propertiesAt(build, "args")).map(([key, value]) => [key, String(value)]),
    ),
    addHosts: listAt(build, "addHosts").map(String),
    cacheFrom: listAt(build, "cacheFrom", "images").map(String),
    builderVersion: stringAt(build, "builderVersion"),
    push: image.skipPush !== true,
    registry: {
      server: stringAt(registry, "server"),
      username: stringAt(registry, "username"),
      password: stringAt(registry, "password"),
    },
  };
}

/** Returns an image name without tag and digest, with Docker's default registry and namespace if they are missing. */
export function repository(name: string): string {
  const bare = name.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const [first = "", ...rest] = bare.split("/");
  if (rest.length > 0 && (/[.:]/.test(first) || first === "localhost")) return bare;
  return `docker.io/${rest.length > 0 ? bare : `library/${bare}`}`;
}

export function registryHost(name: string): string {
  return repository(name).split("/")[0] ?? "";
}
