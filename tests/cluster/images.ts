import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { ContainerImage } from "../../components";
import { REPOSITORY } from "../../local/paths";

/** Base images of the images in docker/, and the registry that they are pushed to. */
export interface ImageSources {
  /** Registry that this machine pushes to and the nodes pull from. */
  registry: string;
  bases: { rabbitmq: string; worker: string; prometheus?: string };
}

/** Builds and pushes an image of docker/. Runs inside a Pulumi program. */
export function image(
  name: "rabbitmq" | "worker" | "prometheus",
  { registry, bases }: ImageSources,
): pulumi.Output<string> {
  return new ContainerImage(name, {
    repository: `${registry}/${name}`,
    context: join(REPOSITORY, "docker", name),
    baseImage: bases[name],
  }).ref;
}
