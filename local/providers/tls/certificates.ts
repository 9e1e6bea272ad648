import "reflect-metadata";
import { randomBytes, type webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { keyPairOf } from "./keys";

const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };

const HOUR_MS = 3_600_000;

/** Distinguished name, with the provider's fields. */
export interface Subject {
  commonName?: string;
  country?: string;
  organization?: string;
  organizationalUnit?: string;
  serialNumber?: string;
}

const ATTRIBUTES: Record<keyof Subject, string> = {
  commonName: "CN",
  country: "C",
  organization: "O",
  organizationalUnit: "OU",
  serialNumber: "2.5.4.5",
};

export const isSubjectField = (name: string): name is keyof Subject => name in ATTRIBUTES;

// The names in the provider's code (terraform-provider-tls, common_cert.go), which differ from its documentation.
const KEY_USAGES: Record<string, x509.KeyUsageFlags> = {
  cert_signing: x509.KeyUsageFlags.keyCertSign,
  crl_signing: x509.KeyUsageFlags.cRLSign,
  digital_signature: x509.KeyUsageFlags.digitalSignature,
  key_agreement: x509.KeyUsageFlags.keyAgreement,
  key_encipherment: x509.KeyUsageFlags.keyEncipherment,
};
const EXTENDED_USAGES: Record<string, string> = {
  client_auth: x509.ExtendedKeyUsage.clientAuth,
  server_auth: x509.ExtendedKeyUsage.serverAuth,
};

export const USAGES = [...Object.keys(KEY_USAGES), ...Object.keys(EXTENDED_USAGES)];

const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

/** What a certificate may be used for, and for how long. */
export interface Terms {
  allowedUses: string[];
  validityPeriodHours: number;
  isCaCertificate: boolean;
}

/** An issued certificate. */
export interface Issued {
  certPem: string;
  validityStartTime: string;
  validityEndTime: string;
}

export async function certificateRequest(
  privateKeyPem: string,
  subject: Subject,
  dnsNames: string[],
): Promise<string> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: nameOf(subject),
    keys: await keyPairOf(privateKeyPem),
    signingAlgorithm: SIGNATURE,
    extensions: alternativeNames(dnsNames),
  });
  return `${request.toString("pem")}\n`;
}

export async function selfSigned(
  privateKeyPem: string,
  subject: Subject,
  dnsNames: string[],
  terms: Terms,
): Promise<Issued> {
  const keys = await keyPairOf(privateKeyPem);
  const name = nameOf(subject);
  const extensions = alternativeNames(dnsNames);
  return issue(terms, { subject: name, issuer: name, publicKey: keys.publicKey, signer: keys, extensions });
}

export async function signed(
  caCertPem: string,
  caPrivateKeyPem: string,
  certRequestPem: string,
  terms: Terms,
): Promise<Issued> {
  const authority = new x509.X509Certificate(caCertPem);
  const request = new x509.Pkcs10CertificateRequest(certRequestPem);
  const names = request.getExtension(SUBJECT_ALTERNATIVE_NAME);
  const signer = await keyPairOf(caPrivateKeyPem);
  return issue(terms, {
    subject: request.subject,
    issuer: authority.subject,
    publicKey: await request.publicKey.export(),
    signer,
    extensions: [
      ...(names ? [names] : []),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
}

interface Content {
  subject: string;
  issuer: string;
  publicKey: webcrypto.CryptoKey;
  signer: webcrypto.CryptoKeyPair;
  extensions: x509.Extension[];
}

async function issue(
  terms: Terms,
  { subject, issuer, publicKey, signer, extensions }: Content,
): Promise<Issued> {
  // Certificates have whole seconds.
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
  const notAfter = new Date(notBefore.getTime() + terms.validityPeriodHours * HOUR_MS);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString("hex"),
    subject,
    issuer,
    notBefore,
    notAfter,
    publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(terms.isCaCertificate, undefined, true),
      ...usages(terms.allowedUses),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ...extensions,
    ],
  });
  return {
    certPem: `${certificate.toString("pem")}\n`,
    validityStartTime: notBefore.toISOString(),
    validityEndTime: notAfter.toISOString(),
  };
}

function usages(allowed: string[]): x509.Extension[] {
  const flags = allowed.reduce((sum, use) => sum | (KEY_USAGES[use] ?? 0), 0);
  const extended = allowed.flatMap((use) => EXTENDED_USAGES[use] ?? []);
  return [
    ...(flags ? [new x509.KeyUsagesExtension(flags, true)] : []),
    ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
  ];
}

const alternativeNames = (dnsNames: string[]): x509.Extension[] =>
  dnsNames.length > 0
    ? [new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: "dns" as const, value })))]
    : [];

const nameOf = (subject: Subject): string =>
  new x509.Name(
    Object.entries(subject).map(([field, value]) => ({ [ATTRIBUTES[field as keyof Subject]]: [value] })),
  ).toString();
