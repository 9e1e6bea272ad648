import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CeleryClient, CeleryWorkers, RabbitMqCluster, TaskLedger } from "../../components";
import { image, type ImageSources } from "./images";

/** Namespaces of the two installations. */
export const PLAIN = "plain";
export const SECURE = "secure";
/** Namespace of the user's own services. */
export const SHOP = "storefront";
/** Storage class and Secret that the tests create beforehand. */
export const EXPANDABLE = "expandable";
export const CERTIFICATE = "broker-tls";

/** Publishes tasks of the run in the first argument until it is stopped. */
const KEEPS_PUBLISHING = `
import sys, time
from ha_celery import create_app
app = create_app("shop")
while True:
    app.send_task("counter.tasks.count", task_id=f"{sys.argv[1]}-{time.time_ns()}")
    time.sleep(0.5)`;

/** Inputs that the tests change between updates. */
export interface Wishes extends ImageSources {
  kubeconfig: string;
  /** Volume size of the broker without TLS. */
  size: string;
  passwordRevision: number;
  /** Whether TLS is turned on for the broker without it, with a generated certificate. */
  isPlainSecured: boolean;
  /** Whether TLS between nodes is turned on for it, too. */
  isPlainInterNode: boolean;
  /** Host name in the certificate. */
  serverName: string;
  /** CA certificates of the broker with TLS. */
  authority: string;
}

/** A broker without TLS and one with TLS, each with workers, a ledger, and a service in another namespace. */
export function program(wishes: Wishes): pulumi.automation.PulumiFn {
  return async () => {
    const { kubeconfig, size, passwordRevision, serverName, authority } = wishes;
    const provider = new kubernetes.Provider("cluster", { kubeconfig, clusterIdentifier: "test" });
    const images = { broker: image("rabbitmq", wishes), worker: image("worker", wishes) };
    const tls = { secretName: CERTIFICATE, serverName, authority, interNode: true };
    const generated = { interNode: wishes.isPlainInterNode };
    const urls = [
      { namespace: PLAIN, passwordRevision, size, tls: wishes.isPlainSecured ? generated : undefined },
      { namespace: SECURE, tls },
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
          access: { clientNamespaces: [SHOP] },
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
      const client = new CeleryClient(
        `${namespace}-client`,
        { namespace, broker: broker.connection, amqpUrl: broker.amqpUrl, namespaces: [SHOP] },
        inside,
      );
      new kubernetes.apps.v1.Deployment(`${namespace}-web`, web(namespace, images.worker, client), inside);
      return broker.amqpUrl;
    });
    return { plainUrl: urls[0], secureUrl: urls[1] };
  };
}

/** A service of the user's that publishes all the time, as docs/how-to/publish-from-your-services.md describes it. */
function web(
  run: string,
  image: pulumi.Input<string>,
  { labels, annotations, envFrom, env, volumes, volumeMounts }: CeleryClient,
): kubernetes.apps.v1.DeploymentArgs {
  const app = `${run}-web`;
  return {
    metadata: { name: app, namespace: SHOP },
    spec: {
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app, ...labels }, annotations },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: "web",
              image,
              command: ["python", "-c", KEEPS_PUBLISHING, app],
              envFrom,
              env,
              volumeMounts,
            },
          ],
          volumes,
        },
      },
    },
  };
}
