import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  webcrypto,
} from "node:crypto";

/** Elliptic curves by the provider's names. */
const CURVES = { P256: "P-256", P384: "P-384", P521: "P-521" } as const;
export type Curve = keyof typeof CURVES;

export const isCurve = (name: unknown): name is Curve => typeof name === "string" && name in CURVES;

/** A private key in the formats of the provider's outputs. */
export interface KeyPems {
  privateKeyPem: string;
  privateKeyPemPkcs8: string;
  publicKeyPem: string;
}

export function generateKey(curve: Curve): KeyPems {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: CURVES[curve] });
  return {
    privateKeyPem: pem(privateKey, "sec1"),
    privateKeyPemPkcs8: pem(privateKey, "pkcs8"),
    publicKeyPem: pem(publicKey, "spki"),
  };
}

const pem = (key: KeyObject, type: "sec1" | "pkcs8" | "spki") =>
  key.export({ type: type as "pkcs8", format: "pem" }).toString();

/** A private key with its public one, for signing. */
export async function keyPairOf(privateKeyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const key = createPrivateKey(privateKeyPem);
  const namedCurve = curveOf(key);
  const algorithm = { name: "ECDSA", namedCurve };
  const { subtle } = webcrypto;
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    privateKey: await subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]),
    publicKey: await subtle.importKey("spki", spki, algorithm, true, ["verify"]),
  };
}

function curveOf(key: KeyObject): string {
  const names: Record<string, string> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };
  const curve = names[key.asymmetricKeyDetails?.namedCurve ?? ""];
  if (curve === undefined)
    throw new Error("The private key is not an ECDSA key, the only kind that this stand-in supports.");
  return curve;
}
