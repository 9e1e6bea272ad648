export const PORTS = { epmd: 4369, distribution: 25672 } as const;

/** A port that clients use. */
export interface Endpoint {
  /** Name of the port in the container and the Service. */
  name: string;
  port: number;
  /** Scheme of the URL. */
  scheme: string;
}

/** Plain and TLS endpoints. Only one is ever open, because clients use whatever port they find open. */
export const AMQP: Endpoint = { name: "amqp", port: 5672, scheme: "amqp" };

export const AMQPS: Endpoint = { name: "amqps", port: 5671, scheme: "amqps" };

export const MANAGEMENT: Endpoint = { name: "management", port: 15672, scheme: "http" };

export const MANAGEMENT_TLS: Endpoint = { name: "management-tls", port: 15671, scheme: "https" };

/** Metrics in Prometheus' format, without a password. */
export const METRICS: Endpoint = { name: "prometheus", port: 15692, scheme: "http" };

export const METRICS_TLS: Endpoint = { name: "prometheus-tls", port: 15691, scheme: "https" };

export const MONITORING_USER = "monitoring";

/** The user that may read dead letters and publish them again. It alternates with `dead-letters-2`; see users.ts. */
export const DEAD_LETTERS_USER = "dead-letters";

/** Keys of the Secrets with the broker's URLs, which contain passwords. */
export const URL_KEY = "amqp-url";
export const MANAGEMENT_KEY = "management-url";

/** Names of the pods of a StatefulSet, by ordinal. */
export const podNames = (name: string, replicas: number): string[] =>
  Array.from({ length: replicas }, (_, ordinal) => `${name}-${ordinal}`);

/** Container of a broker node in its pod. */
export const BROKER_CONTAINER = "rabbitmq";

/** Init container that prepares a node; it waits while the node's volume is empty and no other node serves. */
export const PREPARE = "prepare";

/** Label of every pod that may connect. Its value is the broker's name. */
export const CLIENT_LABEL = "ha-celery/broker";

/** Labels of a pod that may connect, too: its key names the broker, so that a pod can be a client of several. */
export const clientOfLabels = (broker: string): Record<string, string> => ({
  [`ha-celery/client-of.${broker}`]: "true",
});

/** A pod with this label, whatever its value, stops without waiting for its peers, to shut down the whole cluster. */
export const SKIP_WAIT_LABEL = "ha-celery/skip-quorum-wait";

/** A pod with this label, whatever its value, founds a new cluster if its volume is empty and no other node serves. Only
 * for an installation that has lost every volume. */
export const FOUND_AGAIN_LABEL = "ha-celery/found-again";

/** Annotation of the StatefulSet, "true" if it is protected from deletion. Drills then require explicit consent. */
export const PROTECTION_ANNOTATION = "ha-celery/deletion-protection";
