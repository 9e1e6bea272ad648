import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { BrokerConnection, LedgerConnection, SecretKey } from "../types";
import { Labels } from "../shared/labels";

type EnvVar = k8s.types.input.core.v1.EnvVar;
type Env = Record<string, pulumi.Input<string>>;

/** A pod that runs Celery code, of a worker or of a job. */
export interface CeleryPod {
  broker: BrokerConnection;
  ledger?: LedgerConnection;
  env?: Env;
  envFromSecrets?: Record<string, SecretKey>;
  labels: Labels;
}

/** Environment of the container: the contract with the Python package `ha_celery`, then the application's own. */
export function environment(pod: CeleryPod, settings: Env): EnvVar[] {
  return [
    fromSecret("HA_CELERY_BROKER_URL", pod.broker),
    ...values({
      ...settings,
      ...(pod.ledger && { HA_CELERY_LEDGER_URL: pod.ledger.url }),
      ...pod.env,
    }),
    ...Object.entries(pod.envFromSecrets ?? {}).map(([name, key]) => fromSecret(name, key)),
  ];
}

/** Labels of the pod: its own, and those that open the broker's and the ledger's NetworkPolicies. */
export function podLabels(pod: CeleryPod): pulumi.Output<Record<string, string>> {
  return pulumi
    .all([pod.broker.clientLabels ?? {}, pod.ledger?.clientLabels ?? {}])
    .apply(([broker, ledger]) => ({ ...broker, ...ledger, ...pod.labels }));
}

const values = (env: Env): EnvVar[] => Object.entries(env).map(([name, value]) => ({ name, value }));

const fromSecret = (name: string, { secretName, key }: SecretKey): EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secretName, key } },
});
