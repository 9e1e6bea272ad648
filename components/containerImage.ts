import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./image/content";
import { dockerfileOf, imageProblems } from "./image/validation";
import { refuse } from "./shared/validation";

/** How to sign in to a registry. */
export interface RegistryCredentials {
  /** Host of the registry, with its port if it has one. */
  server: pulumi.Input<string>;
  /** User name. */
  username: pulumi.Input<string>;
  /** Password or token. Pass a secret. */
  password: pulumi.Input<string>;
}

/** Arguments of `ContainerImage`. */
export interface ContainerImageArgs {
  /** Registry and path without a tag, for example `registry.example.com/team/worker`. */
  repository: pulumi.Input<string>;
  /** Folder that is sent to the builder, relative to the program. Give it a `.dockerignore`: every file in it counts as content. */
  context: string;
  /** Path of the Dockerfile, relative to the program.
   * @default `Dockerfile` in `context` */
  dockerfile?: string;
  /** Image that the Dockerfile builds on, passed as the build argument `BASE_IMAGE`.
   * @default the one that the Dockerfile names */
  baseImage?: pulumi.Input<string>;
  /** Build arguments. `BASE_IMAGE` is set by `baseImage`.
   * @default none */
  buildArgs?: Record<string, pulumi.Input<string>>;
  /** Stage of the Dockerfile to build.
   * @default the last one */
  target?: string;
  /** Platform of the nodes that run the image. Not that of this machine: a laptop with an ARM CPU would push what no other node runs.
   * @default `linux/amd64` */
  platform?: string;
  /** Tag of the image. People read it; pods refer to the digest.
   * @default a hash of the content, so that no tag is ever overwritten */
  tag?: string;
  /** Push the image to the registry. `false` leaves it in the Docker engine alone; load it into the nodes yourself.
   * @default true */
  push?: boolean;
  /** How to sign in to the registry.
   * @default what `docker login` or a credential helper stored */
  credentials?: RegistryCredentials;
  /** Build during `pulumi preview` too, to find a broken Dockerfile before anything changes. Never pushes.
   * @default false */
  buildOnPreview?: boolean;
}

/**
 * An image built from a folder of the program and pushed to a registry.
 *
 * @example
 * ```ts
 * const worker = new ContainerImage("worker", { repository: "registry.example.com/team/worker", context: "docker/worker" });
 * new CeleryWorkers("mail", { image: worker.ref, ... });
 * ```
 */
export class ContainerImage extends pulumi.ComponentResource {
  /** Reference to run: `repository@sha256:...`, or `repository:tag` when the image is not pushed. It changes when, and only when, the content does. */
  readonly ref: pulumi.Output<string>;
  /** Name with the tag. */
  readonly imageName: pulumi.Output<string>;

  /**
   * @param name Name of the image in the program.
   * @param args See `ContainerImageArgs`.
   * @param opts A Docker provider, if not the default one.
   * @throws ResourceError that names every problem of `args` at once.
   */
  constructor(name: string, args: ContainerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:ContainerImage", name, args, opts);
    refuse(this, "ContainerImage", name, imageProblems(args));
    const { context, target, platform = "linux/amd64", push = true } = args;
    const dockerfile = dockerfileOf(args);
    const buildArgs = { ...args.buildArgs, ...(args.baseImage && { BASE_IMAGE: args.baseImage }) };
    const tag =
      args.tag ??
      pulumi
        .output(buildArgs)
        .apply((given) => contentHash(context, dockerfile, { ...given, target: target ?? "", platform }));

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
    this.registerOutputs({ ref: this.ref, imageName: this.imageName });
  }
}
