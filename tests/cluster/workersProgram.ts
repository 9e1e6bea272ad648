import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { HaCelery } from "../../components";
import { Prometheus } from "../../program/prometheus/prometheus";
import type { Certificate } from "./certificates";
import { image, type ImageSources } from "./images";

export const NAMESPACE = "jobs";
/** Namespace of the Prometheus. */
export const MONITORING = "jobs-monitoring";
/** Interval between periodic tasks. */
export const EVERY_SECONDS = 2;
const RESULTS = "results";
/** Secret with the certificate of the brokers, and the name in it. */
export const CERTIFICATE = "broker-tls";
export const SERVER_NAME = "broker.example.com";

/** Inputs that the tests change between updates. */
export interface Wishes extends ImageSources {
  kubeconfig: string;
  /** The environment variable COUNT_TO of the workers. */
  countTo: string;
  /** Certificate of the brokers. */
  certificate: Certificate;
}

/** An installation with TLS, an autoscaled pool, a beat, a result backend of files, which needs no server, and a
 * Prometheus. */
export function program(wishes: Wishes): pulumi.automation.PulumiFn {
  return async () => {
    const { kubeconfig, countTo, certificate } = wishes;
    const provider = new kubernetes.Provider("cluster", { kubeconfig, clusterIdentifier: "test" });
    const celery = new HaCelery(
      "celery",
      {
        namespaceName: NAMESPACE,
        rabbitmqImage: image("rabbitmq", wishes),
        workerImage: image("worker", wishes),
        app: "counter.tasks",
        broker: {
          replicas: 3,
          tls: { secretName: CERTIFICATE, serverName: SERVER_NAME, authority: certificate["ca.crt"] },
          storage: { size: "1Gi", onDelete: "delete" },
          compute: { cpu: "100m", memory: "512Mi" },
          gracePeriodSeconds: 60,
          deletionProtection: false,
          access: { monitoringNamespaces: [MONITORING] },
        },
        monitoring: { by: "configMap", intervalSeconds: 5 },
        workers: [
          {
            name: "default",
            longestTaskSeconds: 30,
            compute: { cpu: "100m", memory: "384Mi" },
            env: { COUNT_TO: countTo, COUNT_PAUSE_SECONDS: "0.01" },
            autoscale: { minReplicas: 2, maxReplicas: 4 },
          },
        ],
        resultBackend: { secretName: RESULTS, key: "url" },
        beat: { env: { COUNT_EVERY_SECONDS: String(EVERY_SECONDS) } },
        ledger: {},
      },
      { provider },
    );
    const metadata = { name: RESULTS, namespace: celery.namespaceName };
    new kubernetes.core.v1.Secret(RESULTS, { metadata, stringData: { url: "file:///tmp" } }, { provider });
    new kubernetes.core.v1.Secret(
      CERTIFICATE,
      {
        metadata: { name: CERTIFICATE, namespace: celery.namespaceName },
        type: "kubernetes.io/tls",
        stringData: { ...certificate },
      },
      { provider },
    );
    new Prometheus(
      "prometheus",
      {
        image: image("prometheus", wishes),
        namespaceName: MONITORING,
        monitored: celery.namespaceName,
        files: celery.monitoring?.prometheusFiles,
        trust: celery.broker.connection.trust,
      },
      { provider },
    );
    return { beat: celery.beatDeploymentName };
  };
}
