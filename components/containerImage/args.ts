import type * as pulumi from "@pulumi/pulumi";

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
