import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { VARIABLES } from "../shared/celery/contract";
import { fromSecret } from "../shared/celery/environment";
import { CONTAINER_SECURITY, LOST_NODE_TOLERATIONS, placement, podSecurity, resources } from "../shared/pods";
import { type PackageNames, withPackage } from "../inject/objects";
import type { SecretKey } from "../types";
import { type ResolvedLedger, LEDGER_LABEL, LEDGER_PORT, TOKEN_KEY } from "./resolve";

const DATA_DIR = "/data";

export function ledgerDeployment(
  ledger: ResolvedLedger,
  claimName: pulumi.Input<string>,
  token: SecretKey,
  packageNames?: PackageNames,
): k8s.apps.v1.DeploymentArgs {
  return {
    metadata: { namespace: ledger.namespace, labels: ledger.labels },
    spec: {
      replicas: 1,
      // Two pods at a time would write to the same file.
      strategy: { type: "Recreate" },
      selector: { matchLabels: ledger.selector },
      template: {
        metadata: { labels: ledger.labels },
        spec: withPackage(
          {
            enableServiceLinks: false,
            automountServiceAccountToken: false,
            securityContext: podSecurity(ledger.runAsUser),
            ...placement(ledger, LOST_NODE_TOLERATIONS),
            containers: [
              {
                name: "ledger",
                image: ledger.image,
                imagePullPolicy: "IfNotPresent",
                command: [
                  "python",
                  "-m",
                  "ha_celery.ledger",
                  "--data",
                  DATA_DIR,
                  "--port",
                  String(LEDGER_PORT),
                ],
                env: [fromSecret(VARIABLES.ledgerToken, token)],
                ports: [{ name: "http", containerPort: LEDGER_PORT }],
                resources: resources(ledger.compute),
                securityContext: CONTAINER_SECURITY,
                readinessProbe: {
                  httpGet: { path: "/healthz", port: "http" },
                  periodSeconds: 2,
                  timeoutSeconds: 5,
                },
                livenessProbe: {
                  httpGet: { path: "/healthz", port: "http" },
                  periodSeconds: 10,
                  timeoutSeconds: 10,
                  failureThreshold: 6,
                },
                volumeMounts: [
                  { name: "data", mountPath: DATA_DIR },
                  { name: "tmp", mountPath: "/tmp" },
                ],
              },
            ],
            volumes: [
              { name: "data", persistentVolumeClaim: { claimName } },
              { name: "tmp", emptyDir: {} },
            ],
          },
          packageNames,
        ),
      },
    },
  };
}

export function ledgerSecret(ledger: ResolvedLedger, token: pulumi.Input<string>): k8s.core.v1.SecretArgs {
  return {
    metadata: { namespace: ledger.namespace, labels: ledger.labels },
    type: "Opaque",
    stringData: { [TOKEN_KEY]: token },
  };
}

export function ledgerService(ledger: ResolvedLedger): k8s.core.v1.ServiceArgs {
  return {
    metadata: { namespace: ledger.namespace, labels: ledger.labels },
    spec: {
      type: "ClusterIP",
      selector: ledger.selector,
      ports: [{ name: "http", port: LEDGER_PORT, targetPort: "http" }],
    },
  };
}

/** Allows only the ledger's client pods. Port-forwarding, which people use, is not subject to policies. */
export function ledgerAccess(ledger: ResolvedLedger): k8s.networking.v1.NetworkPolicyArgs {
  return {
    metadata: { namespace: ledger.namespace, labels: ledger.labels },
    spec: {
      podSelector: { matchLabels: ledger.selector },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { [LEDGER_LABEL]: ledger.name } } }],
          ports: [{ protocol: "TCP", port: LEDGER_PORT }],
        },
      ],
    },
  };
}
