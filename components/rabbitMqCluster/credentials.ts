import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { MANAGEMENT_KEY, URL_KEY } from "./names";
import type { ResolvedBroker } from "./resolve";

export const COOKIE_KEY = "erlang-cookie";

/** Contains only what never changes: a new cookie would split the cluster. */
export function credentialsSecret(
  broker: ResolvedBroker,
  cookie: pulumi.Output<string>,
): k8s.core.v1.SecretArgs {
  return secret(broker, { [COOKIE_KEY]: cookie });
}

/** Host of the broker, and a user. */
export interface Account {
  host: pulumi.Output<string>;
  /** User name. */
  name: string;
  password: pulumi.Output<string>;
}

export function amqpUrl(broker: ResolvedBroker, account: Account): pulumi.Output<string> {
  return url(broker.amqp.scheme, broker.amqp.port, broker, account);
}

/** Contains the virtual host, because KEDA's scaler reads it from the URL. */
export function managementUrl(broker: ResolvedBroker, account: Account): pulumi.Output<string> {
  return url(broker.management.scheme, broker.management.port, broker, account);
}

/** Credentials of one user for AMQP: of the application, or the one for dead letters. */
export function accountSecret(
  broker: ResolvedBroker,
  { host, name, password }: Account,
  amqp: pulumi.Output<string>,
): k8s.core.v1.SecretArgs {
  const port = String(broker.amqp.port);
  return secret(broker, { [URL_KEY]: amqp, host, port, vhost: broker.vhost, username: name, password });
}

/** Credentials for reading queues and nodes through the management API. */
export function monitoringSecret(broker: ResolvedBroker, account: Account): k8s.core.v1.SecretArgs {
  return secret(broker, {
    [MANAGEMENT_KEY]: managementUrl(broker, account),
    username: account.name,
    password: account.password,
  });
}

function secret(
  broker: ResolvedBroker,
  stringData: Record<string, pulumi.Input<string>>,
): k8s.core.v1.SecretArgs {
  return {
    metadata: { namespace: broker.namespace, labels: broker.labels },
    type: "Opaque",
    stringData,
  };
}

function url(scheme: string, port: number, broker: ResolvedBroker, account: Account): pulumi.Output<string> {
  const user = encodeURIComponent(account.name);
  const vhost = encodeURIComponent(broker.vhost);
  return pulumi.secret(
    pulumi.interpolate`${scheme}://${user}:${account.password}@${account.host}:${port}/${vhost}`,
  );
}
