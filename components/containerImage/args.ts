import type * as pulumi from "@pulumi/pulumi";

/** Credentials of a registry. */
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
  /** Folder that is sent to the builder, relative to the program. Add a `.dockerignore`, because every file in it
   * is part of the content hash. */
  context: string;
  /** Path of the Dockerfile, relative to the program.
   * @default `Dockerfile` in `context` */
  dockerfile?: string;
  /** Base image, passed as the build argument `BASE_IMAGE`.
   * @default the base image in the Dockerfile */
  baseImage?: pulumi.Input<string>;
  /** Build arguments. Use `baseImage` instead of `BASE_IMAGE`.
   * @default none */
  buildArgs?: Record<string, pulumi.Input<string>>;
  /** Stage of the Dockerfile to build.
   * @default the last stage */
  target?: string;
  /** Platform of the nodes that run the image. It does not default to the platform of this machine, which may
   * differ from the nodes'.
   * @default `linux/amd64` */
  platform?: string;
  /** Tag of the image, for people; pods use the digest.
   * @default a hash of the content, so that no tag is ever overwritten */
  tag?: string;
  /** Whether to push the image to the registry. `false` leaves it in the Docker engine; load it into the nodes
   * yourself.
   * @default true */
  push?: boolean;
  /** Credentials of the registry.
   * @default those that `docker login` or a credential helper stored */
  credentials?: RegistryCredentials;
  /** Whether to also build during `pulumi preview`, to find a broken Dockerfile before anything changes. A preview
   * never pushes.
   * @default false */
  buildOnPreview?: boolean;
}
