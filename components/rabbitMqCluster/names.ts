export const PORTS = { prometheus: 15692, epmd: 4369, distribution: 25672 } as const;

/** A port that clients use. */
export interface Endpoint {
  /** Of the container's and the Service's port. */
  name: string;
  port: number;
  /** Of a URL. */
  scheme: string;
}

/** Without certificates, and with: never both, since what is open is used. */
export const AMQP: Endpoint = { name: "amqp", port: 5672, scheme: "amqp" };

export const AMQPS: Endpoint = { name: "amqps", port: 5671, scheme: "amqps" };

export const MANAGEMENT: Endpoint = { name: "management", port: 15672, scheme: "http" };

export const MANAGEMENT_TLS: Endpoint = { name: "management-tls", port: 15671, scheme: "https" };

export const MONITORING_USER = "monitoring";

/** Carried by every pod that may connect; the value is the broker's name. */
export const CLIENT_LABEL = "ha-celery/broker";

/** A pod with this label set, to whatever, stops without waiting for its peers: for taking the whole cluster down. */
export const SKIP_WAIT_LABEL = "ha-celery/skip-quorum-wait";

/** On the StatefulSet, "true" when its deletion is protected: drills then want more consent. */
export const PROTECTION_ANNOTATION = "ha-celery/deletion-protection";
