import { X509Certificate } from "node:crypto";
import type { V1StatefulSet } from "@kubernetes/client-node";
import { CERTIFICATE_KEY } from "../../components/rabbitMqCluster/tls";
import type { Cluster } from "../cluster/cluster";
import { certificateSecretOf } from "../cluster/installation";
import { ignoreNotFound } from "../cluster/objects";
import type { CertificateStatus } from "./model";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Returns undefined without TLS, or if the Secret has no certificate: then the brokers do not start, and say why. */
export async function readCertificate(
  cluster: Cluster,
  namespace: string,
  set: V1StatefulSet | undefined,
): Promise<CertificateStatus | undefined> {
  const name = certificateSecretOf(set);
  if (!name) return undefined;
  const secret = await cluster.core.readNamespacedSecret({ namespace, name }).catch(ignoreNotFound);
  return certificateStatus(Buffer.from(secret?.data?.[CERTIFICATE_KEY] ?? "", "base64"), new Date());
}

/** Returns undefined if the text is no certificate in PEM format. */
export function certificateStatus(pem: Buffer, now: Date): CertificateStatus | undefined {
  try {
    const expires = new Date(new X509Certificate(pem).validTo);
    return { expires: expires.toISOString(), days: Math.floor((expires.getTime() - now.getTime()) / DAY_MS) };
  } catch {
    return undefined;
  }
}
