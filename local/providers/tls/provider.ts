import { randomUUID } from "node:crypto";
import { GeneratedValues } from "../plugin/generatedValues";
import type { CheckRequest, CheckResult, CreateRequest, CreateResult } from "../plugin/provider";
import { unsupportedType } from "../plugin/unsupported";
import { containsUnknown, makeSecret, plainProperties, UNKNOWN, type Properties } from "../plugin/values";
import { certificateRequest, selfSigned, signed } from "./certificates";
import { generateKey } from "./keys";
import { type Inputs, inputsOf, problems, SECRET_OUTPUTS, TYPES, type TlsType } from "./inputs";

/**
 * tls.PrivateKey, CertRequest, SelfSignedCert and LocallySignedCert, with ECDSA keys. Every change replaces a resource.
 * Nothing is renewed by time.
 */
export class TlsProvider extends GeneratedValues {
  constructor() {
    super("@pulumi/tls", "A key or certificate");
  }

  async check({ type, newInputs }: CheckRequest): Promise<CheckResult> {
    return { inputs: newInputs, failures: problems(this.known(type), plainProperties(newInputs)) };
  }

  async create({ type, inputs, preview }: CreateRequest): Promise<CreateResult> {
    const kind = this.known(type);
    const isUnknown = preview || containsUnknown(inputs);
    const outputs = isUnknown
      ? unknownOutputs(kind)
      : await generate(kind, inputsOf(plainProperties(inputs)));
    return { id: preview ? "" : randomUUID(), state: { ...inputs, ...withSecrets(outputs) } };
  }

  private known(type: string): TlsType {
    if (type in TYPES) return type as TlsType;
    throw unsupportedType("tls", Object.values(TYPES).join(", "), type, this.version);
  }
}

async function generate(type: TlsType, inputs: Inputs): Promise<Properties> {
  const { privateKeyPem, subject, dnsNames } = inputs;
  switch (type) {
    case "tls:index/privateKey:PrivateKey":
      return { ...generateKey(inputs.ecdsaCurve) };
    case "tls:index/certRequest:CertRequest":
      return { certRequestPem: await certificateRequest(privateKeyPem, subject, dnsNames) };
    case "tls:index/selfSignedCert:SelfSignedCert":
      return { ...(await selfSigned(privateKeyPem, subject, dnsNames, inputs)), readyForRenewal: false };
    case "tls:index/locallySignedCert:LocallySignedCert":
      return {
        ...(await signed(inputs.caCertPem, inputs.caPrivateKeyPem, inputs.certRequestPem, inputs)),
        readyForRenewal: false,
      };
  }
}

const unknownOutputs = (type: TlsType): Properties =>
  Object.fromEntries(
    {
      "tls:index/privateKey:PrivateKey": ["privateKeyPem", "privateKeyPemPkcs8", "publicKeyPem"],
      "tls:index/certRequest:CertRequest": ["certRequestPem"],
      "tls:index/selfSignedCert:SelfSignedCert": ["certPem", "validityStartTime", "validityEndTime"],
      "tls:index/locallySignedCert:LocallySignedCert": ["certPem", "validityStartTime", "validityEndTime"],
    }[type].map((name) => [name, UNKNOWN]),
  );

const withSecrets = (outputs: Properties): Properties =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      SECRET_OUTPUTS.includes(name) ? makeSecret(value) : value,
    ]),
  );
