import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedCluster } from "./resolve";

/** Topic that GKE reports upgrades and security bulletins to. */
export function notificationTopic(
  { name, project, labels, notifications }: ResolvedCluster,
  child: pulumi.CustomResourceOptions,
): gcp.pubsub.Topic | undefined {
  return notifications ? new gcp.pubsub.Topic(`${name}-upgrades`, { project, labels }, child) : undefined;
}

export function notificationConfig(topic: gcp.pubsub.Topic | undefined): Partial<gcp.container.ClusterArgs> {
  return { notificationConfig: { pubsub: topic ? { enabled: true, topic: topic.id } : { enabled: false } } };
}
