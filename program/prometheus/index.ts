import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, type HaCelery } from "../../components";
import type { Settings } from "../settings/load";
import type { TargetProfile } from "../targets/profile";
import { Prometheus } from "./prometheus";

/** Creates the Prometheus for trying the monitoring out, if the stack wants one. */
export function trialPrometheus(
  { prometheusBaseImage: baseImage, monitoringNamespaces, platform }: Settings,
  { imageRepository, provider }: TargetProfile,
  celery: HaCelery,
): Prometheus | undefined {
  const [namespaceName] = monitoringNamespaces;
  if (!baseImage || namespaceName === undefined) return undefined;
  const image = new ContainerImage("prometheus", {
    repository: pulumi.interpolate`${imageRepository}/prometheus`,
    context: "docker/prometheus",
    baseImage,
    platform,
  }).ref;
  const { namespaceName: monitored, monitoring } = celery;
  return new Prometheus(
    "prometheus",
    {
      image,
      namespaceName,
      monitored,
      files: monitoring?.prometheusFiles,
      trust: celery.broker.connection.trust,
    },
    { provider },
  );
}
