import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { BrokerConnection, LedgerConnection, SecretKey } from "../../types";
import type { PodOptions } from "../../podOptions/args";
import type { Labels } from "../labels";
import { VARIABLES, withLedgerToken } from "./contract";

type EnvVar = k8s.types.input.core.v1.EnvVar;
type PodVolume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;
type Env = Record<string, pulumi.Input<string>>;

export const TRUST_DIR = "/etc/ha-celery/broker-ca";
const TRUST_FILE = "ca.crt";

/** A pod that runs Celery code: a worker, a job, or a beat. */
export interface CeleryPod {
  broker: BrokerConnection;
  ledger?: LedgerConnection;
  env?: Env;
  envFromSecrets?: Record<string, SecretKey>;
  resultBackend?: SecretKey;
  labels: Labels;
  pod?: PodOptions;
}

/** Environment of the container: the variables of the Python package `ha_celery`, then the application's own. */
export function environment(pod: CeleryPod, variables: Env): EnvVar[] {
  return [
    fromSecret(VARIABLES.brokerUrl, pod.broker),
    ...(pod.resultBackend ? [fromSecret(VARIABLES.resultBackend, pod.resultBackend)] : []),
    ...trustVariables(pod.broker),
    ...(pod.ledger ? [fromSecret(VARIABLES.ledgerToken, pod.ledger.token)] : []),
    ...values({
      ...variables,
      ...(pod.ledger && { [VARIABLES.ledgerUrl]: pulumi.output(pod.ledger.url).apply(withLedgerToken) }),
      ...pod.env,
    }),
    ...Object.entries(pod.envFromSecrets ?? {}).map(([name, key]) => fromSecret(name, key)),
  ];
}

/** Variables that verify the broker's certificate with the mounted file. */
export function trustVariables({ trust }: BrokerConnection): EnvVar[] {
  if (!trust) return [];
  return values({
    [VARIABLES.brokerAuthority]: `${TRUST_DIR}/${TRUST_FILE}`,
    [VARIABLES.brokerServerName]: trust.serverName,
  });
}

/** The broker's CA certificates as a file. Clients read it for every connection, so that a renewal needs no restart. */
export function trustVolumes({ broker: { trust } }: Pick<CeleryPod, "broker">): PodVolume[] {
  if (!trust) return [];
  const { secretName, key } = trust.authority;
  return [{ name: "broker-ca", secret: { secretName, items: [{ key, path: TRUST_FILE }] } }];
}

export function trustMounts({ broker: { trust } }: Pick<CeleryPod, "broker">): VolumeMount[] {
  return trust ? [{ name: "broker-ca", mountPath: TRUST_DIR, readOnly: true }] : [];
}

/** Labels of the pod: the user's, its own, and those that the broker's and the ledger's NetworkPolicies require. */
export function podLabels(pod: CeleryPod): pulumi.Output<Record<string, string>> {
  return pulumi
    .all([pod.broker.clientLabels ?? {}, pod.ledger?.clientLabels ?? {}])
    .apply(([broker, ledger]) => ({ ...pod.pod?.labels, ...broker, ...ledger, ...pod.labels }));
}

/** Variables of a container that is not the application's. */
export const envVars = (env: Env, envFromSecrets: Record<string, SecretKey>): EnvVar[] => [
  ...values(env),
  ...Object.entries(envFromSecrets).map(([name, key]) => fromSecret(name, key)),
];

const values = (env: Env): EnvVar[] => Object.entries(env).map(([name, value]) => ({ name, value }));

export const fromSecret = (name: string, { secretName, key }: SecretKey): EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secretName, key } },
});

/** Fix for a variable that no argument sets. */
export const FIXED = "Remove it; its value is fixed";

/** Variables that a component sets from its arguments, with the fix for a user who sets them. */
export const RESERVED: Record<string, string> = {
  [VARIABLES.brokerUrl]: "Use broker",
  [VARIABLES.brokerAuthority]: "Use broker",
  [VARIABLES.brokerAuthorityPem]: "Use broker",
  [VARIABLES.brokerServerName]: "Use broker",
  [VARIABLES.resultBackend]: "Use resultBackend",
  [VARIABLES.queues]: "Use queues",
  [VARIABLES.ledgerUrl]: "Use ledger",
  [VARIABLES.ledgerToken]: "Use ledger",
};
