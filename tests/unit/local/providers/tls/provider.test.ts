import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { Operation } from "../../../../../local/providers/plugin/provider";
import {
  isSecret,
  plainProperties,
  UNKNOWN,
  type Properties,
} from "../../../../../local/providers/plugin/values";
import { TlsProvider } from "../../../../../local/providers/tls/provider";

const provider = new TlsProvider();

const TYPES = {
  PrivateKey: "tls:index/privateKey:PrivateKey",
  SelfSignedCert: "tls:index/selfSignedCert:SelfSignedCert",
  CertRequest: "tls:index/certRequest:CertRequest",
  LocallySignedCert: "tls:index/locallySignedCert:LocallySignedCert",
};

const operation = (type: keyof typeof TYPES): Operation => ({
  urn: "",
  type: TYPES[type],
  name: "it",
  signal: new AbortController().signal,
  info: () => undefined,
  warn: () => undefined,
  status: () => undefined,
});

const created = async (type: keyof typeof TYPES, inputs: Properties, preview = false): Promise<Properties> =>
  (await provider.create({ ...operation(type), inputs, timeoutSeconds: 1, preview })).state;

const text = (value: unknown): string => String(value);

describe("tls stand-in", () => {
  const KEY = { algorithm: "ECDSA", ecdsaCurve: "P256" };
  let caKey: string;
  let caCertPem: string;
  let key: string;

  before(async () => {
    caKey = text(plainProperties(await created("PrivateKey", KEY)).privateKeyPem);
    key = text(plainProperties(await created("PrivateKey", KEY)).privateKeyPem);
    caCertPem = text(
      (
        await created("SelfSignedCert", {
          privateKeyPem: caKey,
          subject: { commonName: "an authority" },
          isCaCertificate: true,
          allowedUses: ["cert_signing", "crl_signing"],
          validityPeriodHours: 48,
        })
      ).certPem,
    );
  });

  it("generates a secret key, another one each time", async () => {
    const state = await created("PrivateKey", KEY);
    assert.ok(isSecret(state.privateKeyPem) && isSecret(state.privateKeyPemPkcs8));
    assert.match(key, /^-----BEGIN EC PRIVATE KEY-----/);
    assert.notEqual(key, caKey);
  });

  it("signs a request with an authority of its own", async () => {
    const { certRequestPem } = await created("CertRequest", {
      privateKeyPem: key,
      subject: { commonName: "mq", organizationalUnit: "2026" },
      dnsNames: ["mq.jobs.svc", "*.mq-nodes.jobs.svc.cluster.local"],
    });
    const { certPem, validityEndTime } = await created("LocallySignedCert", {
      caCertPem,
      caPrivateKeyPem: caKey,
      certRequestPem: text(certRequestPem),
      allowedUses: ["digital_signature", "server_auth"],
      validityPeriodHours: 24,
    });
    const authority = new X509Certificate(caCertPem);
    const certificate = new X509Certificate(text(certPem));
    assert.ok(authority.ca && authority.verify(authority.publicKey));
    assert.ok(!certificate.ca && certificate.verify(authority.publicKey));
    assert.ok(certificate.checkIssued(authority));
    assert.match(certificate.subject, /CN=mq/);
    assert.match(certificate.subject, /OU=2026/);
    assert.equal(certificate.checkHost("mq.jobs.svc"), "mq.jobs.svc");
    assert.ok(certificate.checkHost("mq-2.mq-nodes.jobs.svc.cluster.local"));
    assert.equal(certificate.checkHost("mq-2.jobs.svc"), undefined);
    assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
    const hours = (Date.parse(text(validityEndTime)) - Date.now()) / 3_600_000;
    assert.ok(hours > 23.9 && hours <= 24, `valid for ${hours} h`);
    assert.equal(Date.parse(certificate.validTo), Date.parse(text(validityEndTime)));
  });

  it("knows nothing in a preview", async () => {
    const state = plainProperties(await created("PrivateKey", KEY, true));
    assert.equal(state.privateKeyPem, UNKNOWN);
    assert.equal((await created("CertRequest", { privateKeyPem: UNKNOWN })).certRequestPem, UNKNOWN);
  });

  it("replaces a certificate whose request changes", async () => {
    const { changes } = await provider.diff({
      ...operation("CertRequest"),
      oldInputs: { subject: { organizationalUnit: "2026" } },
      oldState: {},
      newInputs: { subject: { organizationalUnit: "2027" } },
    });
    assert.deepEqual(changes, [{ path: ["subject", "organizationalUnit"], kind: "update", replace: true }]);
  });

  it("refuses names of usages in camel case, as the official plugin does", async () => {
    const newInputs = { allowedUses: ["certSigning"] };
    const request = {
      ...operation("SelfSignedCert"),
      oldInputs: {},
      newInputs,
      randomSeed: new Uint8Array(),
    };
    assert.deepEqual(
      (await provider.check(request)).failures?.map(({ property }) => property),
      ["allowedUses"],
    );
  });

  it("refuses what only the official plugin supports", async () => {
    const failures = async (type: keyof typeof TYPES, newInputs: Properties) =>
      (
        await provider.check({ ...operation(type), oldInputs: {}, newInputs, randomSeed: new Uint8Array() })
      ).failures?.map(({ property }) => property);
    assert.deepEqual(await failures("PrivateKey", KEY), []);
    assert.deepEqual(await failures("PrivateKey", { algorithm: "RSA" }), ["algorithm"]);
    assert.deepEqual(await failures("LocallySignedCert", { earlyRenewalHours: 1 }), ["earlyRenewalHours"]);
    assert.deepEqual(await failures("SelfSignedCert", { allowedUses: ["code_signing"] }), ["allowedUses"]);
    assert.deepEqual(await failures("CertRequest", { subject: { province: "x" } }), ["subject.province"]);
  });
});
