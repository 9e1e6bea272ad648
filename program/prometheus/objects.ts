import { createHash } from "node:crypto";
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { identityOf } from "../../components/shared/labels";
import { CONTAINER_SECURITY, LOG_AS_MESSAGE, podSecurity } from "../../components/shared/pods";

/** Port of Prometheus' pages and API. */
export const PORT = 9090;
/** Name of the Service, and of all other objects. */
export const NAME = "prometheus";

const CONFIG = "/etc/prometheus/config";
const DATA = "/prometheus";
/** User `nobody`, as in the image. */
const USER = 65534;
const IDENTITY = identityOf(NAME, NAME, "monitoring");
const { labels, selector } = IDENTITY;

/** Prometheus' own configuration, which includes the component's files. */
const PROMETHEUS_YML = `${JSON.stringify(
  {
    global: { scrape_interval: "30s", evaluation_interval: "15s" },
    scrape_config_files: [`${CONFIG}/scrapes.json`],
    rule_files: [`${CONFIG}/alerts.json`],
  },
  undefined,
  2,
)}\n`;

/** All files that Prometheus reads, by name. */
export const filesOf = (files: Readonly<Record<string, string>>): Record<string, string> => ({
  "prometheus.yml": PROMETHEUS_YML,
  ...files,
});

export const checksumOf = (files: Readonly<Record<string, string>>): string =>
  createHash("sha256").update(JSON.stringify(files)).digest("hex");

export const metadataIn = (
  namespace: pulumi.Input<string>,
  name?: string,
): { namespace: pulumi.Input<string>; labels: Record<string, string>; name?: string } => ({
  namespace,
  labels,
  ...(name && { name }),
});

/** What Prometheus needs to find the pods. */
export const POD_READER: k8s.types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
];

export const service = (namespace: pulumi.Input<string>): k8s.core.v1.ServiceArgs => ({
  metadata: metadataIn(namespace, NAME),
  spec: { selector, ports: [{ name: "http", port: PORT }] },
});

/** Inputs of the Deployment. */
export interface Server {
  readonly namespace: pulumi.Input<string>;
  readonly image: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
  readonly config: pulumi.Input<string>;
  /** Checksum of the files in `config`: a change of them replaces the pod. */
  readonly checksum: pulumi.Input<string>;
  /** ConfigMap with the broker's CA certificates, and the folder for it. Undefined without TLS. */
  readonly authority?: { readonly configMap: pulumi.Input<string>; readonly folder: pulumi.Input<string> };
}

/** A single Prometheus, whose data ends with its pod. */
export function deployment(server: Server): k8s.apps.v1.DeploymentArgs {
  const { namespace, image, serviceAccount, config, checksum, authority } = server;
  return {
    metadata: metadataIn(namespace),
    spec: {
      selector: { matchLabels: selector },
      // Two at a time would both need memory, and neither has the other's data.
      strategy: { type: "Recreate" },
      template: {
        metadata: { labels, annotations: { "ha-celery/config": checksum } },
        spec: {
          serviceAccountName: serviceAccount,
          securityContext: podSecurity(USER),
          containers: [
            {
              name: NAME,
              image,
              command: [
                "prometheus",
                `--config.file=${CONFIG}/prometheus.yml`,
                `--storage.tsdb.path=${DATA}`,
                "--storage.tsdb.retention.time=2d",
                `--web.listen-address=:${PORT}`,
              ],
              ports: [{ name: "http", containerPort: PORT, protocol: "TCP" }],
              readinessProbe: { httpGet: { path: "/-/ready", port: "http" }, periodSeconds: 2 },
              resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
              securityContext: CONTAINER_SECURITY,
              ...LOG_AS_MESSAGE,
              volumeMounts: [
                { name: "config", mountPath: CONFIG, readOnly: true },
                { name: "data", mountPath: DATA },
                ...(authority ? [{ name: "authority", mountPath: authority.folder, readOnly: true }] : []),
              ],
            },
          ],
          volumes: [
            { name: "config", configMap: { name: config } },
            { name: "data", emptyDir: { sizeLimit: "2Gi" } },
            ...(authority ? [{ name: "authority", configMap: { name: authority.configMap } }] : []),
          ],
        },
      },
    },
  };
}
