import { existsSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { messageOf } from "../../../operate/errors";
import { changesBetween } from "../plugin/changes";
import type {
  CheckRequest,
  CheckResult,
  ConfigDiff,
  CreateRequest,
  CreateResult,
  DiffRequest,
  DiffResult,
  Operation,
  ReadRequest,
  ReadResult,
  ResourceProvider,
  UpdateRequest,
} from "../plugin/provider";
import { unsupportedType } from "../plugin/unsupported";
import {
  containsUnknown,
  isProperties,
  makeSecret,
  plainProperties,
  redact,
  secretStrings,
  UNKNOWN,
  type Properties,
} from "../plugin/values";
import { packageVersion } from "../plugin/version";
import { buildImage } from "./build";
import { contextDigest } from "./context";
import { hostPlatform, imageOf } from "./image";

const IMAGE = "docker:index/image:Image";

/** docker.Image, built and pushed with the docker command. */
export class DockerProvider implements ResourceProvider {
  readonly version = packageVersion("@pulumi/docker");

  /** An image's paths are relative to the program's folder, in which the engine starts plugins. */
  constructor(private readonly directory = process.cwd()) {}

  async configure(config: Properties): Promise<void> {
    if (typeof config.host === "string") process.env.DOCKER_HOST = config.host;
  }

  diffConfig(): ConfigDiff {
    return { changed: [], replaces: [] };
  }

  async check({ type, newInputs }: CheckRequest): Promise<CheckResult> {
    if (type !== IMAGE) throw unsupportedType("docker", "Image", type, this.version);
    const build = newInputs.build ?? {};
    const inputs: Properties = { ...newInputs, buildOnPreview: newInputs.buildOnPreview ?? false };
    if (!isProperties(build)) return { inputs };
    const { context, dockerfile } = imageOf({ build });
    const known = ![context, dockerfile].includes(UNKNOWN);
    const problem = known ? this.problem(context, dockerfile) : undefined;
    if (problem) return { inputs, failures: [problem] };
    inputs.build = { ...build, context, dockerfile, platform: build.platform ?? hostPlatform() };
    // The digest is an input, so that a changed file changes the image.
    if (known) inputs.build.contextDigest = contextDigest(this.path(context), this.path(dockerfile));
    return { inputs };
  }

  async diff({ oldInputs, newInputs }: DiffRequest): Promise<DiffResult> {
    const changes = changesBetween(plainProperties(oldInputs), plainProperties(newInputs)).filter(
      // Credentials change often and do not affect the image.
      ({ path }) => !(path[0] === "registry" && (path[1] === "username" || path[1] === "password")),
    );
    return { changes: changes.map(({ path, kind }) => ({ path, kind, replace: false })) };
  }

  async create(request: CreateRequest): Promise<CreateResult> {
    const state = await this.build(request, request.inputs, request.preview);
    return { id: request.preview ? "" : imageOf(request.inputs).name, state };
  }

  async update(request: UpdateRequest): Promise<Properties> {
    return this.build(request, request.newInputs, request.preview);
  }

  async read({ inputs, state }: ReadRequest): Promise<ReadResult> {
    return { inputs, state };
  }

  async delete(): Promise<void> {
    // Images stay, as with the official provider, because others may use their tags.
  }

  private async build(operation: Operation, inputs: Properties, preview: boolean): Promise<Properties> {
    const image = imageOf(inputs);
    const buildNow = !preview || (inputs.buildOnPreview === true && !containsUnknown(inputs));
    const secrets = secretStrings(inputs);
    const options = {
      directory: this.directory,
      signal: operation.signal,
      status: (line: string) => operation.status(redact(line, secrets)),
    };
    try {
      const reference = buildNow
        ? await buildImage(preview ? { ...image, push: false } : image, options)
        : UNKNOWN;
      return {
        baseImageName: image.name,
        imageName: image.name,
        context: image.context,
        dockerfile: dockerfileInContext(image.context, image.dockerfile),
        platform: image.platform,
        registryServer: image.registry.server ?? "",
        repoDigest: preview ? UNKNOWN : reference,
        __inputs: makeSecret(plainProperties(inputs)),
      };
    } catch (error) {
      throw new Error(redact(messageOf(error), secrets), {
        cause: error,
      });
    }
  }

  private problem(context: string, dockerfile: string): { property: string; reason: string } | undefined {
    if (!existsSync(this.path(context)) || !statSync(this.path(context)).isDirectory()) {
      return {
        property: "build.context",
        reason: `is ${context}, but there is no such folder in ${this.directory}.`,
      };
    }
    if (existsSync(this.path(dockerfile))) return undefined;
    const inside = join(context, dockerfile);
    const hint = existsSync(this.path(inside))
      ? ` Paths are relative to the program's folder, not to the context: use ${inside}.`
      : "";
    return {
      property: "build.dockerfile",
      reason: `is ${dockerfile}, but there is no such file in ${this.directory}.${hint}`,
    };
  }

  private path(path: string): string {
    return resolve(this.directory, path);
  }
}

function dockerfileInContext(context: string, dockerfile: string): string {
  return isAbsolute(context) === isAbsolute(dockerfile) ? relative(context, dockerfile) : dockerfile;
}
