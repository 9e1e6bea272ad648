import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { denyIngress, restrictedNamespace } from "../../components/haCelery/namespace";
import { secretFolder } from "../../components/monitoring/prometheus";
import type { BrokerTrust } from "../../components";
import { checksumOf, deployment, filesOf, metadataIn, POD_READER, PORT, service } from "./objects";

/** Arguments of `Prometheus`. */
export interface PrometheusArgs {
  /** Image with the program `prometheus`. */
  readonly image: pulumi.Input<string>;
  /** Name of the namespace that is created for it. The broker must admit it. */
  readonly namespaceName: string;
  /** Namespace of the pods that it reads. */
  readonly monitored: pulumi.Input<string>;
  /** `Monitoring.prometheusFiles`. */
  readonly files: pulumi.Input<Record<string, string> | undefined>;
  /** How to verify the broker. Its `certificates` are required.
   * @default none; without TLS */
  readonly trust?: BrokerTrust;
}

/** A small Prometheus for trying the monitoring out: one pod, without a volume, users, or notifications. */
export class Prometheus extends pulumi.ComponentResource {
  /** Its address inside the cluster. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: PrometheusArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:program:Prometheus", name, {}, opts);
    const { image, namespaceName, monitored, trust } = args;
    const child = { parent: this };
    const space = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      restrictedNamespace(name, namespaceName),
      child,
    );
    const namespace = space.metadata.name;
    new k8s.networking.v1.NetworkPolicy(`${name}-deny-ingress`, denyIngress(name, namespace), child);

    const account = new k8s.core.v1.ServiceAccount(name, { metadata: metadataIn(namespace) }, child);
    const role = new k8s.rbac.v1.Role(name, { metadata: metadataIn(monitored), rules: POD_READER }, child);
    const binding = new k8s.rbac.v1.RoleBinding(
      name,
      {
        metadata: metadataIn(monitored),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
      },
      child,
    );

    const files = pulumi.output(args.files).apply((known) => filesOf(known ?? {}));
    const config = new k8s.core.v1.ConfigMap(
      `${name}-config`,
      { metadata: metadataIn(namespace), data: files },
      child,
    );
    const authority = trust && createAuthority(`${name}-authority`, namespace, trust, child);
    const server = {
      namespace,
      image,
      authority,
      serviceAccount: account.metadata.name,
      config: config.metadata.name,
    };
    const pods = new k8s.apps.v1.Deployment(
      name,
      deployment({ ...server, checksum: files.apply(checksumOf) }),
      { ...child, dependsOn: [binding] },
    );
    const address = new k8s.core.v1.Service(name, service(namespace), { ...child, dependsOn: [pods] });
    this.url = pulumi.interpolate`http://${address.metadata.name}.${namespace}:${PORT}`;
    this.registerOutputs({ url: this.url });
  }
}

/** Copies the broker's CA certificates, because the pod cannot mount a Secret of another namespace. */
function createAuthority(
  name: string,
  namespace: pulumi.Input<string>,
  { authority, certificates }: BrokerTrust,
  opts: pulumi.CustomResourceOptions,
) {
  const data = pulumi
    .output({ key: authority.key, certificates })
    .apply(({ key, certificates: text }): Record<string, string> => ({ [key]: text ?? "" }));
  const map = new k8s.core.v1.ConfigMap(name, { metadata: metadataIn(namespace), data }, opts);
  return { configMap: map.metadata.name, folder: pulumi.output(authority.secretName).apply(secretFolder) };
}
