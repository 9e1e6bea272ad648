import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { ContainerImage } from "../../components";
import { REPOSITORY } from "../../local/paths";

/** What images of docker/ are built on, and where they go. */
export interface ImageSources {
  /** Where this machine pushes images and the nodes pull them. */
  registry: string;
  bases: { rabbitmq: string; worker: string };
}

/** Builds an image of docker/ and pushes it; to be called in a program. */
export function image(name: "rabbitmq" | "worker", { registry, bases }: ImageSources): pulumi.Output<string> {
  return new ContainerImage(name, {
    repository: `${registry}/${name}`,
    context: join(REPOSITORY, "docker", name),
    baseImage: bases[name],
  }).ref;
}
