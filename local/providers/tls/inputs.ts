import { listAt, numberAt, plainProperties, propertiesAt, stringAt, type Properties } from "../plugin/values";
import { isSubjectField, type Subject, type Terms, USAGES } from "./certificates";
import { type Curve, isCurve } from "./keys";

/** Supported resource types, with their names for messages. */
export const TYPES = {
  "tls:index/privateKey:PrivateKey": "PrivateKey",
  "tls:index/certRequest:CertRequest": "CertRequest",
  "tls:index/selfSignedCert:SelfSignedCert": "SelfSignedCert",
  "tls:index/locallySignedCert:LocallySignedCert": "LocallySignedCert",
} as const;
export type TlsType = keyof typeof TYPES;

export const SECRET_OUTPUTS = ["privateKeyPem", "privateKeyPemPkcs8"];

/** Inputs that every supported type can have; unsupported ones are refused. */
const SUPPORTED = [
  ...[
    "algorithm",
    "ecdsaCurve",
    "privateKeyPem",
    "subject",
    "dnsNames",
    "allowedUses",
    "validityPeriodHours",
  ],
  ...["isCaCertificate", "setSubjectKeyId", "caCertPem", "caPrivateKeyPem", "certRequestPem"],
];

/** Inputs of a resource; those that its type does not have are empty. */
export interface Inputs extends Terms {
  ecdsaCurve: Curve;
  privateKeyPem: string;
  subject: Subject;
  dnsNames: string[];
  caCertPem: string;
  caPrivateKeyPem: string;
  certRequestPem: string;
}

export function inputsOf(given: Properties): Inputs {
  const text = (name: string) => stringAt(given, name) ?? "";
  const texts = (name: string) => listAt(given, name).map(String);
  const curve = given.ecdsaCurve;
  return {
    ecdsaCurve: isCurve(curve) ? curve : "P256",
    privateKeyPem: text("privateKeyPem"),
    subject: plainProperties(propertiesAt(given, "subject")),
    dnsNames: texts("dnsNames"),
    allowedUses: texts("allowedUses"),
    validityPeriodHours: numberAt(given, "validityPeriodHours") ?? 0,
    isCaCertificate: given.isCaCertificate === true,
    caCertPem: text("caCertPem"),
    caPrivateKeyPem: text("caPrivateKeyPem"),
    certRequestPem: text("certRequestPem"),
  };
}

/** Inputs that the official plugin supports, and this one does not. */
export function problems(type: TlsType, given: Properties): { property: string; reason: string }[] {
  const only = (property: string, values: string) => ({
    property,
    reason: `the stand-in supports only ${values}`,
  });
  const unknownUses = listAt(given, "allowedUses").filter((use) => !USAGES.includes(String(use)));
  return [
    ...Object.keys(given)
      .filter((name) => !SUPPORTED.includes(name))
      .map((name) => only(name, SUPPORTED.join(", "))),
    ...(type === "tls:index/privateKey:PrivateKey" && given.algorithm !== "ECDSA"
      ? [only("algorithm", "ECDSA")]
      : []),
    ...(given.ecdsaCurve !== undefined && !isCurve(given.ecdsaCurve)
      ? [only("ecdsaCurve", "P256, P384, P521")]
      : []),
    ...Object.keys(propertiesAt(given, "subject"))
      .filter((name) => !isSubjectField(name))
      .map((name) => only(`subject.${name}`, "the common fields of a name")),
    ...(unknownUses.length > 0 ? [only("allowedUses", USAGES.join(", "))] : []),
  ];
}
