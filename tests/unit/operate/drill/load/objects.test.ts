import assert from "node:assert/strict";
import type { V1Container, V1PodSpec, V1PodTemplateSpec } from "@kubernetes/client-node";
import { canvasLoad, DEFAULT_LOAD } from "../../../../../operate/drill/load";
import {
  ledgerNetworkPolicy,
  ledgerPod,
  ledgerSecret,
  ledgerService,
  type LoadSpec,
  publisherJob,
  workersDeployment,
} from "../../../../../operate/drill/load/objects";

const template: V1PodTemplateSpec = {
  metadata: {
    labels: {
      "ha-celery/broker": "celery-broker",
      "ha-celery/ledger": "celery-ledger",
      "app.kubernetes.io/name": "celery-worker",
    },
  },
  spec: {
    securityContext: { runAsUser: 10001 },
    terminationGracePeriodSeconds: 3630,
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway" }],
    imagePullSecrets: [{ name: "pull" }],
    volumes: [{ name: "tmp", emptyDir: {} }],
    containers: [
      {
        name: "worker",
        image: "worker@sha256:1",
        command: ["celery", "--app", "shop", "worker"],
        env: [
          { name: "HA_CELERY_BROKER_URL", valueFrom: { secretKeyRef: { name: "client", key: "amqp-url" } } },
          { name: "HA_CELERY_QUEUES", value: "tasks,mail" },
          {
            name: "HA_CELERY_LEDGER_TOKEN",
            valueFrom: { secretKeyRef: { name: "count-token", key: "token" } },
          },
          {
            name: "HA_CELERY_LEDGER_URL",
            value: "http://:$(HA_CELERY_LEDGER_TOKEN)@ledger:8080",
          },
          { name: "HA_CELERY_PREFETCH_MULTIPLIER", value: "4" },
          { name: "SHOP", value: "1" },
        ],
        livenessProbe: { exec: { command: ["find"] } },
        readinessProbe: { exec: { command: ["find"] } },
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
      },
    ],
  },
};
const loadSpec: LoadSpec = {
  run: "drain-1",
  namespace: "shop",
  template,
  options: DEFAULT_LOAD,
  avoid: ["node-1"],
};
const LEDGER = "http://10.0.0.9:8080";
const LEDGER_WITH_TOKEN = "http://:$(HA_CELERY_LEDGER_TOKEN)@10.0.0.9:8080";
const TOKEN = {
  name: "HA_CELERY_LEDGER_TOKEN",
  valueFrom: { secretKeyRef: { name: "drill-drain-1-ledger", key: "token" } },
};
const env = (list: { name: string; value?: string }[] = []) =>
  Object.fromEntries(list.map(({ name, value }) => [name, value]));

describe("the drill's pods", () => {
  describe("workers", () => {
    const { metadata, spec } = workersDeployment(loadSpec, LEDGER);
    const pod = spec?.template.spec;
    const worker = pod?.containers[0];

    it("are those of the pool except for app, queue, and labels", () => {
      assert.equal(worker?.image, "worker@sha256:1");
      assert.deepEqual(worker.command?.slice(0, 5), [
        "celery",
        "--app=ha_celery.drill.app",
        "worker",
        "--loglevel=INFO",
        "--queues=drill-drain-1",
      ]);
      assert.deepEqual(pod?.imagePullSecrets, [{ name: "pull" }]);
      assert.deepEqual(pod.securityContext, { runAsUser: 10001 });
      const variables = env(worker.env);
      assert.equal(variables.HA_CELERY_QUEUES, "drill-drain-1");
      assert.equal(variables.SHOP, "1");
      assert.ok(worker.env?.find(({ name }) => name === "HA_CELERY_BROKER_URL")?.valueFrom);
      assert.ok(worker.readinessProbe, "readiness says that they consume");
    });

    it("know the token of the drill's ledger, before the variables that refer to it", () => {
      const publisher = publisherJob(loadSpec, LEDGER, "drill-drain-1").spec?.template.spec?.containers[0];
      for (const container of [worker, publisher]) {
        const tokens = container?.env?.filter(({ name }) => name === TOKEN.name);
        assert.deepEqual([container?.env?.[0], tokens], [TOKEN, [TOKEN]]);
      }
      const secret = ledgerSecret(loadSpec, "a token");
      assert.deepEqual(
        [secret.metadata?.name, secret.stringData],
        [TOKEN.valueFrom.secretKeyRef.name, { token: "a token" }],
      );
    });

    it("leave the installation's own ledger alone", () => {
      assert.ok(!("HA_CELERY_LEDGER_URL" in env(worker?.env)));
    });

    it("do not match the selectors of the user's pools", () => {
      assert.deepEqual(spec?.template.metadata?.labels, {
        "ha-celery/drill": "drain-1",
        "ha-celery/drill-role": "worker",
        "app.kubernetes.io/part-of": "ha-celery-drill",
        "ha-celery/broker": "celery-broker",
      });
      assert.equal(metadata?.name, "drill-drain-1-worker");
    });

    it("prefetch as many tasks as the pool's by default", () => {
      const held = (prefetch: number | undefined) => {
        const deployment = workersDeployment({ ...loadSpec, options: { ...DEFAULT_LOAD, prefetch } }, LEDGER);
        return env(deployment.spec?.template.spec?.containers[0]?.env).HA_CELERY_PREFETCH_MULTIPLIER;
      };
      assert.equal(held(undefined), "4");
      assert.equal(held(1), "1");
    });

    it("have time to finish the longest task", () => {
      const slow = workersDeployment({ ...loadSpec, options: { ...DEFAULT_LOAD, taskSeconds: 90 } }, LEDGER);
      assert.equal(slow.spec?.template.spec?.terminationGracePeriodSeconds, 210);
      assert.equal(env(slow.spec?.template.spec?.containers[0]?.env).HA_CELERY_LONGEST_TASK_SECONDS, "180");
    });
  });

  describe("publisher", () => {
    const { spec } = publisherJob(loadSpec, LEDGER, "drill-drain-1");
    const pod = spec?.template.spec;

    it("is replaced when it fails, and avoids the victim's node", () => {
      assert.equal(spec?.podReplacementPolicy, "TerminatingOrFailed");
      assert.equal(pod?.restartPolicy, "Never");
      assert.deepEqual(
        pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms,
        [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "NotIn", values: ["node-1"] }] }],
      );
    });

    it("gets its settings, and has no worker probes", () => {
      const container = pod?.containers[0];
      assert.equal(container?.livenessProbe, undefined);
      assert.equal(container?.readinessProbe, undefined);
      assert.deepEqual(
        Object.entries(env(container?.env)).filter(([name]) => /DRILL|QUEUES|LEDGER_URL/.test(name)),
        [
          ["HA_CELERY_QUEUES", "drill-drain-1"],
          ["HA_CELERY_LEDGER_URL", LEDGER_WITH_TOKEN],
          ["DRILL_RUN", "drain-1"],
          ["DRILL_KIND", "work"],
          ["DRILL_RATE", "40"],
          ["DRILL_PRODUCERS", "1"],
          ["DRILL_TASK_SECONDS", "0.05"],
          ["DRILL_TASKS", "0"],
          ["DRILL_PAYLOAD_BYTES", "0"],
        ],
      );
    });
  });

  describe("of workflows", () => {
    const load = { ...loadSpec, options: canvasLoad(DEFAULT_LOAD) };
    const worker = workersDeployment(load, LEDGER).spec?.template.spec?.containers[0];
    const publisher = publisherJob(load, LEDGER, "drill-drain-1").spec?.template.spec?.containers[0];
    const backend = `ha_celery.drill.results:LedgerBackend+${LEDGER_WITH_TOKEN}`;

    it("keep the results of chords in the ledger", () => {
      assert.equal(env(worker?.env).HA_CELERY_RESULT_BACKEND, backend);
      assert.equal(env(publisher?.env).HA_CELERY_RESULT_BACKEND, backend);
      assert.ok(
        !(
          "HA_CELERY_RESULT_BACKEND" in
          env(workersDeployment(loadSpec, LEDGER).spec?.template.spec?.containers[0]?.env)
        ),
      );
    });

    it("publish workflows at a lower rate, for more slots whose tasks may wait for an alarm to end", () => {
      const { DRILL_KIND, DRILL_RATE } = env(publisher?.env);
      assert.deepEqual([DRILL_KIND, DRILL_RATE], ["canvas", "10"]);
      assert.ok(worker?.command?.includes("--concurrency=4"));
      assert.equal(env(worker?.env).HA_CELERY_LONGEST_TASK_SECONDS, "300");
    });
  });

  it("start with the package that the pool's pods get from inject", () => {
    const start = ["sh", "/opt/ha-celery/ha_celery/start.sh"];
    const spec = template.spec as V1PodSpec;
    const [worker] = spec.containers as [V1Container];
    const containers = [{ ...worker, command: [...start, ...(worker.command ?? [])] }];
    const injected = { ...loadSpec, template: { ...template, spec: { ...spec, containers } } };
    const pods = [
      workersDeployment(injected, LEDGER).spec?.template.spec,
      publisherJob(injected, LEDGER, "q").spec?.template.spec,
      ledgerPod(injected).spec,
    ];
    for (const pod of pods) {
      assert.deepEqual(pod?.containers[0]?.command?.slice(0, 2), start);
      assert.deepEqual(pod?.volumes, spec.volumes);
    }
  });

  describe("ledger", () => {
    it("has no secrets but its token, and avoids the victim's node", () => {
      const pod = ledgerPod(loadSpec);
      assert.deepEqual(pod.spec?.containers[0]?.env, [TOKEN]);
      assert.ok(pod.spec?.affinity?.nodeAffinity);
    });

    it("stays on a node that Kubernetes calls lost, with the other tolerations of the pool", () => {
      const limited = { key: "node.kubernetes.io/unreachable", effect: "NoExecute", tolerationSeconds: 30 };
      const spot = { key: "spot", operator: "Exists" };
      const spec = { ...(template.spec as V1PodSpec), tolerations: [limited, spot] };
      const pod = ledgerPod({ ...loadSpec, template: { ...template, spec } });
      assert.deepEqual(pod.spec?.tolerations, [
        spot,
        { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
        { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute" },
      ]);
    });

    it("has an address of its own, which leads to it alone", () => {
      const { metadata, spec } = ledgerService(loadSpec);
      assert.deepEqual(spec?.selector, ledgerPod(loadSpec).metadata?.labels);
      assert.equal(metadata?.labels?.["ha-celery/drill"], "drain-1");
      assert.equal(spec?.clusterIP, undefined);
    });

    it("accepts connections from pods of the namespace", () => {
      assert.deepEqual(ledgerNetworkPolicy(loadSpec).spec?.ingress, [
        { _from: [{ podSelector: {} }], ports: [{ protocol: "TCP", port: 8080 }] },
      ]);
    });
  });
});
