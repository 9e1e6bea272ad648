import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { replaceable } from "../shared/childOptions";
import { labelsOf } from "../shared/labels";
import { podNames } from "./names";
import { headlessName } from "./services";
import type { ResolvedBroker } from "./resolve";
import { AUTHORITY_KEY, type BrokerCertificate, CERTIFICATE_KEY, PRIVATE_KEY } from "./tls";

const DAY_HOURS = 24;

/** A certificate from January would be renewed after at most 729 days, in December of the next year. */
const CERTIFICATE_HOURS = 3 * 365 * DAY_HOURS;

/** A new authority has to reach every client first, so it is not replaced by itself. */
const AUTHORITY_HOURS = 30 * 365 * DAY_HOURS;

/** Key usages. The provider's documentation lists them in camel case, which the provider refuses. */
const AUTHORITY_USES = ["cert_signing", "crl_signing"];
const CERTIFICATE_USES = ["digital_signature", "server_auth", "client_auth"];

const KEY: tls.PrivateKeyArgs = { algorithm: "ECDSA", ecdsaCurve: "P256" };

/** Year in the certificate. A new year changes it, and so the first update of a year renews the certificate.
 * `earlyRenewalHours` of the provider is not used: docs/decisions/generated-certificates.md. */
export const renewalPeriod = (now = new Date()): string => String(now.getUTCFullYear());

/** The authority of one broker, valid for 30 years. */
export function authorityArgs(
  broker: ResolvedBroker,
  privateKeyPem: pulumi.Input<string>,
): tls.SelfSignedCertArgs {
  return {
    privateKeyPem,
    subject: { commonName: `${broker.name} CA`, organization: "ha-celery" },
    isCaCertificate: true,
    setSubjectKeyId: true,
    allowedUses: AUTHORITY_USES,
    validityPeriodHours: AUTHORITY_HOURS,
  };
}

/** Request of a certificate for the clients' Service and for every node. */
export function requestArgs(
  broker: ResolvedBroker,
  host: pulumi.Input<string>,
  privateKeyPem: pulumi.Input<string>,
  period: string,
): tls.CertRequestArgs {
  const { name, namespace, clusterDomain, replicas } = broker;
  const nodes = pulumi.interpolate`${headlessName(broker)}.${namespace}.svc.${clusterDomain}`;
  return {
    privateKeyPem,
    subject: { commonName: name, organization: "ha-celery", organizationalUnit: period },
    // Between nodes, Erlang requires the exact name. Others may rely on the wildcard.
    dnsNames: [
      host,
      pulumi.interpolate`*.${nodes}`,
      ...podNames(name, replicas).map((pod) => pulumi.interpolate`${pod}.${nodes}`),
    ],
  };
}

/** Generates an authority and a certificate, and stores them in a Secret of a fixed name, which is updated in place as
 * cert-manager does it: the nodes read a renewed certificate without a restart. */
export function generateCertificate(
  parent: pulumi.Resource,
  broker: ResolvedBroker,
  serverName: pulumi.Output<string>,
): BrokerCertificate {
  const { name } = broker;
  const child = { parent };
  const authorityKey = new tls.PrivateKey(`${name}-ca-key`, KEY, child).privateKeyPem;
  const authority = new tls.SelfSignedCert(`${name}-ca`, authorityArgs(broker, authorityKey), child).certPem;
  const key = new tls.PrivateKey(`${name}-tls-key`, KEY, child).privateKeyPem;
  const renewed = replaceable(parent);
  const request = new tls.CertRequest(
    `${name}-tls-request`,
    requestArgs(broker, serverName, key, renewalPeriod()),
    renewed,
  );
  const certificate = new tls.LocallySignedCert(
    `${name}-tls-certificate`,
    {
      caCertPem: authority,
      caPrivateKeyPem: authorityKey,
      certRequestPem: request.certRequestPem,
      allowedUses: CERTIFICATE_USES,
      validityPeriodHours: CERTIFICATE_HOURS,
    },
    renewed,
  ).certPem;
  const files = { [CERTIFICATE_KEY]: certificate, [PRIVATE_KEY]: key, [AUTHORITY_KEY]: authority };
  return { secretName: createSecret(parent, broker, files), serverName, authority };
}

/** Returns the name of the Secret once it has its values. With them, Pulumi would replace the Secret when they change:
 * docs/decisions/publishers-secret.md. */
function createSecret(
  parent: pulumi.Resource,
  { name, namespace }: ResolvedBroker,
  files: Record<string, pulumi.Output<string>>,
): pulumi.Output<string> {
  const metadata = { name: `${name}-tls`, namespace };
  const secret = new k8s.core.v1.Secret(
    `${name}-tls`,
    { metadata: { ...metadata, labels: labelsOf("rabbitmq", name, "certificate") }, type: "Opaque" },
    { parent },
  );
  const data = Object.fromEntries(
    Object.entries(files).map(([key, pem]) => [
      key,
      pulumi.secret(pem).apply((text) => Buffer.from(text).toString("base64")),
    ]),
  );
  const patch = new k8s.core.v1.SecretPatch(
    `${name}-tls-values`,
    { metadata, data },
    { parent, dependsOn: secret },
  );
  return patch.metadata.name;
}
