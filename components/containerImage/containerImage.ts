import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_PLATFORM, contentHash } from "./content";
import { CONTAINER_IMAGE, dockerfileOf } from "./validation";
import { problemsOf } from "../shared/checks";
import { outputsOf, throwProblems } from "../shared/component";
import type { ContainerImageArgs } from "./args";

/**
 * An image built from a folder of the program and pushed to a registry.
 *
 * @example
 * ```ts
 * const worker = new ContainerImage("worker", { repository: "registry.example.com/team/worker", context: "shop" });
 * new CeleryWorkers("mail", { image: worker.ref, ... });
 * ```
 */
export class ContainerImage extends pulumi.ComponentResource {
  /** Reference of the image: `repository@sha256:...`, or `repository:tag` if the image is not pushed. It changes
   * only with the content. */
  readonly ref: pulumi.Output<string>;
  /** Name with the tag. */
  readonly imageName: pulumi.Output<string>;

  /**
   * @param name Name of the image in the program.
   * @param args See `ContainerImageArgs`.
   * @param opts Optionally a Docker provider.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: ContainerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:ContainerImage", name, args, opts);
    throwProblems(this, name, problemsOf(args, CONTAINER_IMAGE));
    const { context, target, platform = DEFAULT_PLATFORM, push = true } = args;
    const dockerfile = dockerfileOf(args);
    const buildArgs = { ...args.buildArgs, ...(args.baseImage && { BASE_IMAGE: args.baseImage }) };
    const tag =
      args.tag ??
      pulumi
        .output(buildArgs)
        .apply((known) => contentHash(context, dockerfile, { ...known, target: target ?? "", platform }));

    const image = new docker.Image(
      `${name}-image`,
      {
        imageName: pulumi.interpolate`${args.repository}:${tag}`,
        build: { context, dockerfile, platform, args: buildArgs, ...(target && { target }) },
        skipPush: !push,
        ...(args.credentials && { registry: args.credentials }),
        buildOnPreview: args.buildOnPreview ?? false,
      },
      { parent: this },
    );

    this.ref = push ? image.repoDigest : image.imageName;
    this.imageName = image.imageName;
    this.registerOutputs(outputsOf(this));
  }
}
