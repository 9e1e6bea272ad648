import { docker, DockerFailed } from "./cli";
import { hostPlatform, repository, type Image } from "./image";
import { withLogin } from "./login";

export interface BuildOptions {
  /** The program's folder, to which the image's paths are relative. */
  directory: string;
  signal: AbortSignal;
  status(line: string): void;
}

const SHOWN_LINES = 25;
// Notices about the future of the legacy builder, which say nothing about this build.
const NOISE =
  /^(DEPRECATED: The legacy builder|\s*BuildKit is currently disabled|\s*environment-variable\.|\s*Install the buildx component|\s*https:\/\/docs\.docker\.com\/go\/buildx)/;

/** Builds an image and pushes it unless skipPush is set. Returns its digest in the registry, or its local id. */
export async function buildImage(image: Image, options: BuildOptions): Promise<string> {
  return withLogin(image, async (env) => {
    await build(image, options, env);
    return image.push ? push(image, options, env) : localId(image, options);
  });
}

async function build(image: Image, options: BuildOptions, login: Record<string, string>): Promise<void> {
  const buildKit = image.builderVersion !== "BuilderV1" && (await hasBuildx(options));
  const args = ["build", "--file", image.dockerfile, "--tag", image.name];
  // With --platform the legacy builder queries the registry even for a base image that exists locally.
  if (buildKit || image.platform !== hostPlatform()) args.push("--platform", image.platform);
  if (buildKit) args.push("--progress", "plain");
  if (image.target) args.push("--target", image.target);
  if (image.network) args.push("--network", image.network);
  // Values are passed in the environment, because every user can read a command line.
  for (const key of Object.keys(image.args)) args.push("--build-arg", key);
  for (const host of image.addHosts) args.push("--add-host", host);
  for (const from of image.cacheFrom) args.push("--cache-from", from);
  args.push(image.context);
  // The builder "default" is the daemon's, which can use local base images.
  const env = { ...image.args, ...login, DOCKER_BUILDKIT: buildKit ? "1" : "0", BUILDX_BUILDER: "default" };
  try {
    await docker({
      args,
      cwd: options.directory,
      env,
      signal: options.signal,
      onLine: (line) => !NOISE.test(line) && options.status(line),
    });
  } catch (error) {
    if (error instanceof DockerFailed)
      throw new Error(
        `The build of image ${image.name} (${image.dockerfile}) failed:\n${lastStep(error.lines)}`,
        { cause: error },
      );
    throw error;
  }
}

/** Returns the output from the failed step to the end. */
export function lastStep(lines: string[]): string {
  const output = lines.filter((line) => !NOISE.test(line));
  const start = output.findLastIndex((line) => /^(Step \d+\/\d+ : | > \[)/.test(line));
  return output
    .slice(Math.max(start, 0))
    .slice(-SHOWN_LINES)
    .map((line) => `  ${line}`)
    .join("\n");
}

async function hasBuildx({ directory, signal }: BuildOptions): Promise<boolean> {
  return docker({ args: ["buildx", "version"], cwd: directory, signal }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof DockerFailed) return false;
      throw error;
    },
  );
}

async function push(
  image: Image,
  { directory, signal, status }: BuildOptions,
  env: Record<string, string>,
): Promise<string> {
  status(`pushing ${image.name}`);
  try {
    const lines = await docker({ args: ["push", image.name], cwd: directory, env, signal, onLine: status });
    const digest = lines.map((line) => /digest: (sha256:[0-9a-f]{64})/.exec(line)?.[1]).find(Boolean);
    if (!digest)
      throw new Error(
        `docker push ${image.name} did not print the image's digest. Its last line of output: ${lines.at(-1) ?? "none"}`,
      );
    return `${repository(image.name)}@${digest}`;
  } catch (error) {
    if (error instanceof DockerFailed) {
      throw new Error(
        `Image ${image.name} was built but could not be pushed. Check that its registry is running and accepts your credentials.\n${lastStep(error.lines)}`,
        { cause: error },
      );
    }
    throw error;
  }
}

async function localId(image: Image, { directory, signal }: BuildOptions): Promise<string> {
  const [id = ""] = await docker({
    args: ["image", "inspect", "--format", "{{.Id}}", image.name],
    cwd: directory,
    signal,
  });
  return id;
}
