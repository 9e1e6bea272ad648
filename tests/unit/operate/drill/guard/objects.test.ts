import assert from "node:assert/strict";
import { guardJob, guardRules, type GuardSpec } from "../../../../../operate/drill/guard/objects";

const spec: GuardSpec = {
  run: "drain-1",
  namespace: "shop",
  holder: "ann@laptop/drain-1",
  avoid: ["node-1"],
  template: {
    metadata: { labels: { "ha-celery/broker": "mq" } },
    spec: {
      serviceAccountName: "theirs",
      automountServiceAccountToken: false,
      initContainers: [{ name: "wait" }],
      containers: [
        {
          name: "worker",
          image: "worker@sha256:1",
          env: [{ name: "HA_CELERY_BROKER_URL", value: "amqp://secret" }],
          envFrom: [{ secretRef: { name: "theirs" } }],
          securityContext: { readOnlyRootFilesystem: true },
        },
      ],
    },
  },
};

describe("the guard of a drill", () => {
  const job = guardJob(spec);
  const pod = job.spec?.template.spec;
  const [container] = pod?.containers ?? [];

  it("runs with its own ServiceAccount, and without the pool's environment", () => {
    assert.equal(pod?.serviceAccountName, "drill-drain-1-guard");
    assert.equal(pod.automountServiceAccountToken, true);
    assert.deepEqual(pod.initContainers, []);
    assert.deepEqual([container?.env, container?.envFrom], [[], []]);
    assert.deepEqual(container?.securityContext, { readOnlyRootFilesystem: true });
    assert.deepEqual(job.spec?.template.metadata?.labels?.["ha-celery/broker"], undefined);
  });

  it("keeps off the node that the fault hits", () => {
    assert.match(JSON.stringify(pod?.affinity), /"NotIn","values":\["node-1"\]/);
  });

  it("expires with everything that it owns as soon as it has ended, and starts again if it fails", () => {
    assert.equal(job.spec?.ttlSecondsAfterFinished, 0);
    assert.equal(pod?.restartPolicy, "OnFailure");
    assert.equal(job.spec?.suspend, true);
  });

  it("watches the Lease of this command", () => {
    assert.deepEqual(container?.command?.slice(3), [
      "/apis/coordination.k8s.io/v1/namespaces/shop/leases/ha-celery-drill",
      "ann@laptop/drain-1",
      "/api/v1/namespaces/shop/configmaps/drill-drain-1-guard",
    ]);
    assert.match(container.command[2] ?? "", /^"""Undoes the changes/);
  });

  it("may at first read the Lease and its ConfigMap, nothing else", () => {
    assert.deepEqual(
      guardRules(spec).map(({ resources, resourceNames, verbs }) => [resources, resourceNames, verbs]),
      [
        [["leases"], ["ha-celery-drill"], ["get"]],
        [["configmaps"], ["drill-drain-1-guard"], ["get"]],
      ],
    );
  });
});
