import assert from "node:assert/strict";
import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { readClients } from "../../../../operate/upgrade/clients";
import { fakeCluster } from "../fakeCluster";

/** A Deployment or a job of an installation, and its pod. */
const deployment = (name: string, broker: string, replicas = 1): V1Deployment =>
  ({
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { "app.kubernetes.io/instance": name } },
      template: { metadata: { labels: { "ha-celery/broker": broker } } },
    },
  }) as unknown as V1Deployment;
const pod = (name: string, isReady = true, labels = {}): V1Pod => ({
  metadata: { name, labels },
  spec: { containers: [{ name: "main" }] },
  status: { conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] },
});

const PODS: Record<string, V1Pod[]> = {
  "app.kubernetes.io/instance=mail": [pod("mail-0")],
  "app.kubernetes.io/instance=beat": [pod("beat-0")],
  "app.kubernetes.io/instance=slow-beat": [pod("slow-beat-0", false)],
  "app.kubernetes.io/name=celery-job,ha-celery/broker=mq": [
    pod("import-0", true, { "batch.kubernetes.io/job-name": "import" }),
    pod("ended-0", false, { "batch.kubernetes.io/job-name": "ended" }),
  ],
};
const CELERY: Record<string, string> = { "mail-0": "5.7.0", "beat-0": "5.6.3", "import-0": "5.5.4" };

describe("clients of an upgrade check", () => {
  it("are the installation's pools, beats, and running jobs, each with its versions", async () => {
    const beats = [deployment("beat", "mq"), deployment("slow-beat", "mq"), deployment("foreign", "other")];
    const cluster = fakeCluster(
      { apps: { listNamespacedDeployment: () => ({ items: [...beats, deployment("stopped", "mq", 0)] }) } },
      {
        pods: async (_: string, selector: string) => PODS[selector] ?? [],
        exec: async (target: { pod: string; container: string }) => {
          assert.equal(target.container, "main");
          return JSON.stringify({ python: "3.13.5", celery: CELERY[target.pod], haCelery: null });
        },
      },
    );
    const pools = [deployment("mail", "mq")];
    assert.deepEqual(await readClients(cluster, { namespace: "shop", name: "mq", pools }), {
      workers: [{ pool: "mail", pod: "mail-0", python: "3.13.5", celery: "5.7.0" }],
      beats: [{ pool: "beat", pod: "beat-0", python: "3.13.5", celery: "5.6.3" }],
      jobs: [{ pool: "import", pod: "import-0", python: "3.13.5", celery: "5.5.4" }],
      unknownPools: [{ pool: "slow-beat", reason: "no pod is ready" }],
    });
  });
});
