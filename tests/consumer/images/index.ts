import * as pulumi from "@pulumi/pulumi";
import { ContainerImage } from "ha-celery";

const config = new pulumi.Config();

const imageOf = (name: string) =>
  new ContainerImage(name, {
    repository: `${config.require("registry")}/${name}`,
    context: `${config.require("contexts")}/${name}`,
    baseImage: config.require(`${name}Base`),
  }).ref;

export const rabbitmq = imageOf("rabbitmq");
export const worker = imageOf("worker");
