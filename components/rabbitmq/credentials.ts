import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Broker, PORTS } from "./settings";

export const COOKIE_KEY = "erlang-cookie";
export const URL_KEY = "amqp-url";

/** 40 letters and digits: 238 bits, and safe in a URL. */
export const GENERATED: random.RandomPasswordArgs = { length: 40, special: false };

export interface GeneratedPasswords {
  cookie: pulumi.Output<string>;
  user: pulumi.Output<string>;
  monitoring: pulumi.Output<string>;
}

/** Holds only what is generated once and never changes: a new cookie would split the cluster. */
export function credentialsSecret(broker: Broker, passwords: GeneratedPasswords): k8s.core.v1.SecretArgs {
  return {
    metadata: { namespace: broker.namespace, labels: broker.labels },
    type: "Opaque",
    stringData: {
      [COOKIE_KEY]: passwords.cookie,
      password: passwords.user,
      "monitoring-password": passwords.monitoring,
    },
  };
}

export function amqpUrl(
  broker: Broker,
  host: pulumi.Output<string>,
  password: pulumi.Output<string>,
): pulumi.Output<string> {
  const user = encodeURIComponent(broker.username);
  const vhost = encodeURIComponent(broker.vhost);
  return pulumi.secret(pulumi.interpolate`amqp://${user}:${password}@${host}:${PORTS.amqp}/${vhost}`);
}

export interface ClientAccount {
  host: pulumi.Output<string>;
  password: pulumi.Output<string>;
  url: pulumi.Output<string>;
}

/** What an application needs, and nothing more. */
export function clientSecret(broker: Broker, account: ClientAccount): k8s.core.v1.SecretArgs {
  return {
    metadata: { namespace: broker.namespace, labels: broker.labels },
    type: "Opaque",
    stringData: {
      [URL_KEY]: account.url,
      host: account.host,
      port: String(PORTS.amqp),
      vhost: broker.vhost,
      username: broker.username,
      password: account.password,
    },
  };
}
