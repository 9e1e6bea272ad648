import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CeleryWorkers, RabbitMqCluster, TaskLedger } from "../../components";
import { image, type ImageSources } from "./images";

/** Namespaces of the two installations. */
export const PLAIN = "plain";
export const SECURE = "secure";
/** Storage class and Secret that the tests create beforehand. */
export const EXPANDABLE = "expandable";
export const CERTIFICATE = "broker-tls";

/** Inputs that the tests change between updates. */
export interface Wishes extends ImageSources {
  kubeconfig: string;
  /** Volume size of the broker without TLS. */
  size: string;
  passwordRevision: number;
  /** Host name in the certificate of the broker with TLS. */
  serverName: string;
}

/** A broker without TLS and one with TLS, each with workers and a ledger. */
export function program(wishes: Wishes): pulumi.automation.PulumiFn {
  return async () => {
    const { kubeconfig, size, passwordRevision, serverName } = wishes;
    const provider = new kubernetes.Provider("cluster", { kubeconfig, clusterIdentifier: "test" });
    const images = { broker: image("rabbitmq", wishes), worker: image("worker", wishes) };
    const urls = [
      { namespace: PLAIN, passwordRevision, size },
      { namespace: SECURE, tls: { secretName: CERTIFICATE, serverName } },
    ].map(({ namespace, size: claimed = "1Gi", ...options }) => {
      const inside = { parent: new pulumi.ComponentResource("test:index:Part", namespace), provider };
      const broker = new RabbitMqCluster(
        `${namespace}-mq`,
        {
          namespace,
          image: images.broker,
          storage: { size: claimed, className: EXPANDABLE, onDelete: "delete" },
          compute: { cpu: "100m", memory: "512Mi" },
          gracePeriodSeconds: 60,
          deletionProtection: false,
          readyTimeout: "10m",
          ...options,
        },
        inside,
      );
      const ledger = new TaskLedger(
        `${namespace}-ledger`,
        { namespace, image: images.worker, storage: { className: EXPANDABLE } },
        inside,
      );
      new CeleryWorkers(
        `${namespace}-pool`,
        {
          namespace,
          image: images.worker,
          app: "counter.tasks",
          replicas: 2,
          longestTaskSeconds: 30,
          compute: { cpu: "100m", memory: "384Mi" },
          env: { COUNT_PAUSE_SECONDS: "0.001" },
          broker: broker.connection,
          ledger: ledger.connection,
        },
        inside,
      );
      return broker.amqpUrl;
    });
    return { plainUrl: urls[0], secureUrl: urls[1] };
  };
}
