import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type CeleryClient, HaCelery } from "../../components";
import { image, type ImageSources } from "./images";

export const NAMESPACE = "rebuilt";
/** The user's own service, and its container. */
export const WEB = "web";
export const QUEUES = ["mail", "reports"] as const;

/** The first version has an error, and does not have all tasks yet. */
const APP = `
import os
import signal

from ha_celery import create_app

app = create_app("shop")
FIRST = os.environ["SHOP_VERSION"] == "1"


@app.task
def work() -> None:
    pass


@app.task
def charge() -> None:
    if FIRST:
        os.kill(os.getpid(), signal.SIGKILL)


if not FIRST:

    @app.task
    def ship() -> None:
        pass
`;

/** Inputs that the tests change between updates. */
export interface Wishes extends ImageSources {
  kubeconfig: string;
  /** Version of the workers' app. */
  version: "1" | "2";
}

/** An installation with two worker pools, whose app is mounted, and a service of the user's that publishes. */
export function program(wishes: Wishes): pulumi.automation.PulumiFn {
  return async () => {
    const { kubeconfig, version } = wishes;
    const provider = new kubernetes.Provider("cluster", { kubeconfig, clusterIdentifier: "test" });
    const workerImage = image("worker", wishes);
    const volume = { name: "shop", configMapName: "shop" };
    const celery = new HaCelery(
      "celery",
      {
        namespaceName: NAMESPACE,
        rabbitmqImage: image("rabbitmq", wishes),
        workerImage,
        app: "shop.tasks",
        broker: {
          replicas: 3,
          storage: { size: "1Gi", onDelete: "delete" },
          compute: { cpu: "100m", memory: "512Mi" },
          gracePeriodSeconds: 60,
          deletionProtection: false,
        },
        workers: QUEUES.map((queue) => ({
          name: queue,
          queues: [queue],
          replicas: 1,
          longestTaskSeconds: 30,
          compute: { cpu: "100m", memory: "384Mi" },
          env: { SHOP_VERSION: version },
          pod: { volumes: [volume], volumeMounts: [{ name: volume.name, mountPath: "/app/shop" }] },
        })),
        ledger: {},
      },
      { provider },
    );
    const { namespaceName: namespace } = celery;
    new kubernetes.core.v1.ConfigMap(
      "shop",
      { metadata: { name: volume.configMapName, namespace }, data: { "tasks.py": APP } },
      { provider },
    );
    new kubernetes.apps.v1.Deployment(WEB, web(namespace, workerImage, celery.client), { provider });
    return { pools: celery.workerDeploymentNames, amqpUrl: celery.amqpUrl };
  };
}

/** A service that can publish, and does so when a test says it. */
function web(
  namespace: pulumi.Input<string>,
  image: pulumi.Input<string>,
  { labels, annotations, envFrom, env, volumes, volumeMounts }: CeleryClient,
): kubernetes.apps.v1.DeploymentArgs {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  const container = { name: WEB, image, command: ["sleep", "infinity"], securityContext };
  const podSpec = {
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [{ ...container, envFrom, env, volumeMounts }],
    volumes,
  };
  const app = { app: WEB };
  return {
    metadata: { name: WEB, namespace },
    spec: {
      selector: { matchLabels: app },
      template: { metadata: { labels: { ...app, ...labels }, annotations }, spec: podSpec },
    },
  };
}
