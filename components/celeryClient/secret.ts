import { createHmac } from "node:crypto";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { VARIABLES } from "../shared/celery/contract";
import type { BrokerConnection } from "../types";
import type { ResolvedClient } from "./resolve";

/** The Secret without its values. With them, Pulumi would replace it, and the user's Deployments with it, whenever the
 * password changes. */
export function emptySecret(client: ResolvedClient, namespace: pulumi.Input<string>): k8s.core.v1.SecretArgs {
  return {
    metadata: { name: client.secretName, namespace, labels: client.labels },
    type: "Opaque",
  };
}

/** The values of the Secret, which Pulumi updates in place. In base64, because the API server does not remove a key
 * that is removed from `stringData`. */
export function secretValues(
  client: ResolvedClient,
  namespace: pulumi.Input<string>,
  values: pulumi.Output<Record<string, string>>,
): k8s.core.v1.SecretPatchArgs {
  const data = values.apply((known) =>
    Object.fromEntries(
      Object.entries(known).map(([name, value]) => [name, Buffer.from(value).toString("base64")]),
    ),
  );
  return { metadata: { name: client.secretName, namespace }, data };
}

/** Variables of a publisher. They are known once the broker's clients may use the password in the URL. */
export function publisherVariables(client: ResolvedClient): pulumi.Output<Record<string, string>> {
  const { trust, secretName } = client.broker;
  // The name only adds a dependency: the broker's own Secret changes after its nodes know the password.
  const inputs = pulumi.all([client.amqpUrl, trust?.certificates, trust?.serverName, secretName]);
  return pulumi.secret(
    inputs.apply(([url, certificates, serverName]): Record<string, string> => ({
      [VARIABLES.brokerUrl]: url,
      ...(certificates && { [VARIABLES.brokerAuthorityPem]: certificates }),
      ...(serverName && { [VARIABLES.brokerServerName]: serverName }),
      [VARIABLES.queues]: client.queues.join(","),
      [VARIABLES.publishBudget]: String(client.publishBudgetSeconds),
      ...(client.observable && { [VARIABLES.observable]: "true" }),
    })),
  );
}

/** Not a secret, because nobody who lacks the key can check a guess of the values. */
export function checksumOf(
  values: pulumi.Output<Record<string, string>>,
  key: pulumi.Output<string>,
): pulumi.Output<string> {
  const checksum = pulumi
    .all([values, key])
    .apply(([known, secret]) => createHmac("sha256", secret).update(JSON.stringify(known)).digest("hex"));
  return pulumi.unsecret(checksum);
}

/** The broker as pods see it: they mount the CA certificates from the copied Secret if it has them. */
export function brokerOf(client: ResolvedClient, secretName: pulumi.Input<string>): BrokerConnection {
  const { trust, ...broker } = client.broker;
  if (!trust?.certificates) return client.broker;
  return { ...broker, trust: { ...trust, authority: { secretName, key: VARIABLES.brokerAuthorityPem } } };
}
