import * as pulumi from "@pulumi/pulumi";
import { ContainerImage } from "ha-celery";

const config = new pulumi.Config();

const imageOf = (name: string, contexts = config.require("contexts")) => {
  const baseImage = config.get(`${name}Base`);
  const repository = `${config.require("registry")}/${name}`;
  return baseImage
    ? new ContainerImage(name, { repository, context: `${contexts}/${name}`, baseImage }).ref
    : "";
};

// An image is built if its base image is configured.
export const rabbitmq = imageOf("rabbitmq");
export const worker = imageOf("worker");
export const postgres = imageOf("postgres", ".");
