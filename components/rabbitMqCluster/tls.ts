import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { BrokerTrust } from "../types";
import { AMQPS, MANAGEMENT_TLS, METRICS_TLS } from "./names";

type PodVolume = k8s.types.input.core.v1.Volume;

/** Volume of the pods with the certificate. */
export const TLS_VOLUME = "tls";

export const TLS_DIR = "/etc/rabbitmq-tls";

/** Keys of the Secret, as in one of type `kubernetes.io/tls`. */
export const AUTHORITY_KEY = "ca.crt";
export const CERTIFICATE_KEY = "tls.crt";
export const PRIVATE_KEY = "tls.key";

const FILES = { cacertfile: AUTHORITY_KEY, certfile: CERTIFICATE_KEY, keyfile: PRIVATE_KEY };

/** The certificate that the nodes serve, the user's or a generated one. */
export interface BrokerCertificate {
  /** Secret with the three files. */
  secretName: pulumi.Input<string>;
  /** Host name that clients verify. */
  serverName: pulumi.Input<string>;
  /** CA certificates in PEM format.
   * @default not known */
  authority?: pulumi.Input<string>;
}

/** Lines of rabbitmq.conf: certificates for clients, management, and metrics, and no port without TLS. */
export function tlsSettings(): Record<string, string> {
  return {
    "listeners.tcp": "none",
    "listeners.ssl.default": String(AMQPS.port),
    ...files("ssl_options"),
    // Clients have passwords, not certificates.
    "ssl_options.verify": "verify_none",
    "ssl_options.fail_if_no_peer_cert": "false",
    "ssl_options.versions.1": "tlsv1.3",
    "ssl_options.versions.2": "tlsv1.2",
    // With this port and without management.tcp.port, there is no plain listener.
    "management.ssl.port": String(MANAGEMENT_TLS.port),
    ...files("management.ssl"),
    "management.ssl.versions.1": "tlsv1.3",
    "management.ssl.versions.2": "tlsv1.2",
    // Without this line, the plugin keeps its port without TLS open.
    "prometheus.tcp.listener": "none",
    "prometheus.ssl.port": String(METRICS_TLS.port),
    ...files("prometheus.ssl"),
    "prometheus.ssl.versions.1": "tlsv1.3",
    "prometheus.ssl.versions.2": "tlsv1.2",
  };
}

const files = (section: string): Record<string, string> =>
  Object.fromEntries(Object.entries(nodeFiles()).map(([setting, file]) => [`${section}.${setting}`, file]));

/** Paths of the mounted files, by the name of Erlang's option. */
export const nodeFiles = (): Record<string, string> =>
  Object.fromEntries(Object.entries(FILES).map(([option, file]) => [option, `${TLS_DIR}/${file}`]));

/** A directory, because the kubelet updates the files in a directory but not a single mounted file. */
export function tlsVolumes(secretName: pulumi.Input<string> | undefined): PodVolume[] {
  if (secretName === undefined) return [];
  const items = Object.values(FILES).map((key) => ({ key, path: key }));
  return [{ name: TLS_VOLUME, secret: { secretName, items, defaultMode: 0o440 } }];
}

/** How clients verify the certificate. */
export function trustOf(certificate: BrokerCertificate | undefined): BrokerTrust | undefined {
  if (!certificate) return undefined;
  const { secretName, serverName, authority: certificates } = certificate;
  return {
    authority: { secretName, key: AUTHORITY_KEY },
    serverName,
    ...(certificates !== undefined && { certificates }),
  };
}

/** Whether the user must not set this line of rabbitmq.conf: a port that Services and probes depend on. */
export const isPort = (setting: string): boolean =>
  /^listeners\.|^(management|prometheus)\.(tcp|ssl|listener)\.port$/.test(setting);

/** Whether the user must not set this line of rabbitmq.conf with TLS: plain listeners, and files of the volume. */
export const clashesWithTls = (setting: string): boolean =>
  /^(management\.(tcp|listener)|prometheus\.tcp)\.|^(ssl_options|(management|prometheus)\.ssl)\.(cacertfile|certfile|keyfile)$/.test(
    setting,
  );
