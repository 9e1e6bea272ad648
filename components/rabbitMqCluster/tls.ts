import type * as k8s from "@pulumi/kubernetes";
import type { BrokerTls } from "./args";
import type { BrokerTrust } from "../types";
import { AMQPS, MANAGEMENT_TLS } from "./names";

type PodVolume = k8s.types.input.core.v1.Volume;

export const TLS_DIR = "/etc/rabbitmq-tls";
const AUTHORITY = "ca.crt";
const FILES = { cacertfile: AUTHORITY, certfile: "tls.crt", keyfile: "tls.key" };

/** Lines of rabbitmq.conf: certificates for clients and management, and no port without TLS. */
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
  };
}

const files = (section: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(FILES).map(([setting, file]) => [`${section}.${setting}`, `${TLS_DIR}/${file}`]),
  );

/** A directory, because the kubelet updates the files in a directory but not a single mounted file. */
export function tlsVolumes(tls: BrokerTls | undefined): PodVolume[] {
  if (!tls) return [];
  const items = Object.values(FILES).map((key) => ({ key, path: key }));
  return [{ name: "tls", secret: { secretName: tls.secretName, items, defaultMode: 0o440 } }];
}

/** How clients verify the certificate. */
export function trustOf(tls: BrokerTls | undefined): BrokerTrust | undefined {
  if (!tls) return undefined;
  const { secretName, serverName, authority: certificates } = tls;
  return {
    authority: { secretName, key: AUTHORITY },
    serverName,
    ...(certificates !== undefined && { certificates }),
  };
}

/** Whether the user must not set this line of rabbitmq.conf with TLS: ports and files that the pods depend on. */
export function clashesWithTls(setting: string): boolean {
  return /^(listeners|management\.(tcp|listener))\.|^(ssl_options|management\.ssl)\.(cacertfile|certfile|keyfile|port)$/.test(
    setting,
  );
}
