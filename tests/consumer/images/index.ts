import * as pulumi from "@pulumi/pulumi";
import { ContainerImage } from "ha-celery";

const config = new pulumi.Config();

/** Builds an image if its base image is configured. */
function imageOf(name: string, contexts = config.require("contexts")): pulumi.Output<string> | undefined {
  const baseImage = config.get(`${name}Base`);
  if (!baseImage) return undefined;
  const repository = `${config.require("registry")}/${name}`;
  return new ContainerImage(name, { repository, context: `${contexts}/${name}`, baseImage }).ref;
}

export const rabbitmq = imageOf("rabbitmq");
export const worker = imageOf("worker");
export const postgres = imageOf("postgres", ".");
