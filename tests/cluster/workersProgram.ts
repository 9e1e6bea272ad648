import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { HaCelery } from "../../components";
import { image, type ImageSources } from "./images";

export const NAMESPACE = "jobs";
/** Interval between periodic tasks. */
export const EVERY_SECONDS = 2;
const RESULTS = "results";

/** Inputs that the tests change between updates. */
export interface Wishes extends ImageSources {
  kubeconfig: string;
  /** The environment variable COUNT_TO of the workers. */
  countTo: string;
}

/** A small installation with an autoscaled pool, a beat, and a result backend of files, which needs no server. */
export function program(wishes: Wishes): pulumi.automation.PulumiFn {
  return async () => {
    const { kubeconfig, countTo } = wishes;
    const provider = new kubernetes.Provider("cluster", { kubeconfig, clusterIdentifier: "test" });
    const celery = new HaCelery(
      "celery",
      {
        namespaceName: NAMESPACE,
        rabbitmqImage: image("rabbitmq", wishes),
        workerImage: image("worker", wishes),
        app: "counter.tasks",
        broker: {
          replicas: 1,
          storage: { size: "1Gi", onDelete: "delete" },
          compute: { cpu: "100m", memory: "512Mi" },
          gracePeriodSeconds: 60,
          deletionProtection: false,
        },
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
    return { beat: celery.beatDeploymentName };
  };
}
