import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { AppsV1Api, AutoscalingV2Api, CoreV1Api, type KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { alertsOf } from "../../components/monitoring/alerts";
import { anyDashboards } from "../../components/monitoring/dashboards";
import { resolveMonitoring } from "../../components/monitoring/resolve";
import { ensurePrometheusBase } from "../../local/images";
import { LedgerReader } from "../../local/ledger";
import { isReady } from "../../operate/cluster/objects";
import { queriesOf } from "../unit/components/monitoring/queries";
import { metricsIn, readRecorded, writeRecorded } from "../unit/components/monitoring/recorded";
import { describeBroken } from "./broken/suite";
import { Authority } from "./certificates";
import { executeIn } from "./machine";
import { PrometheusReader } from "./prometheusReader";
import { ProviderStack, succeeded, touched } from "./providerStack";
import { openSharedCluster, type SharedCluster } from "./sharedCluster";
import { EVERY_SECONDS, MONITORING, NAMESPACE, program, SERVER_NAME, type Wishes } from "./workersProgram";

const WORKER = "app.kubernetes.io/name=celery-worker";
const BEAT = "app.kubernetes.io/name=celery-beat";

/** The monitoring of the program, as far as the alerts depend on it. */
const MONITORED = resolveMonitoring("celery-monitoring", {
  namespace: NAMESPACE,
  broker: { name: "celery-broker" },
  workers: ["celery-default"],
  beat: "celery-beat",
});
/** What a reader chooses above the panels, and Grafana fills in. */
const CHOSEN: Record<string, string> = {
  $__rate_interval: "30s",
  $namespace: NAMESPACE,
  $broker: "celery-broker",
  $workers: ".+",
  $task: ".+",
};

const chosen = (expr: string): string =>
  Object.entries(CHOSEN).reduce((text, [name, value]) => text.replaceAll(name, value), expr);

/** Whether the installation serves what a query reads: it has no verdicts of drills, and may have no alerts. */
const isServed = (expr: string): boolean => !/ha_celery_drill_|ALERTS/.test(expr);

const PANELS = anyDashboards().flatMap(queriesOf).filter(isServed);

/** Checks that the metrics of alerts and panels are served. `UPDATE_GOLDENS=1` writes all names for the unit tests. */
async function compareRecorded(prometheus: PrometheusReader): Promise<void> {
  const served = new Set((await prometheus.metrics(NAMESPACE)).filter((name) => metricsIn(name).length > 0));
  if (process.env.UPDATE_GOLDENS === "1") writeRecorded(served);
  const alerts = alertsOf(MONITORED, NAMESPACE).map(({ expr }) => expr);
  const used = new Set([...PANELS, ...alerts.filter(isServed)].flatMap(metricsIn));
  assert.deepEqual(
    [...used].filter((name) => !served.has(name) || !readRecorded().has(name)),
    [],
  );
}

/** A periodic task: its id, and the time in seconds at which beat logged that it was published. */
interface PublishedRun {
  id: string;
  at: number;
}

describe("autoscaled workers and a beat, on a real cluster", () => {
  const stack = new ProviderStack();
  const authority = new Authority();
  const wishes: Wishes = {
    kubeconfig: "",
    registry: "",
    bases: { rabbitmq: "", worker: "" },
    countTo: "1",
    certificate: authority.issue(SERVER_NAME),
  };
  let shared: SharedCluster;
  let config: KubeConfig;

  const core = () => config.makeApiClient(CoreV1Api);
  const ledger = () => new LedgerReader(wishes.kubeconfig, shared.cluster.context, NAMESPACE);

  async function pods(labelSelector: string): Promise<V1Pod[]> {
    const { items } = await core().listNamespacedPod({ namespace: NAMESPACE, labelSelector });
    return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }

  async function until(what: string, done: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; !(await done()); attempt++) {
      assert.ok(attempt < 240, `${what}: not within 120 s`);
      await sleep(500);
    }
  }

  async function workersDeployment() {
    const { items } = await config
      .makeApiClient(AppsV1Api)
      .listNamespacedDeployment({ namespace: NAMESPACE, labelSelector: WORKER });
    assert.ok(items[0]?.metadata && items.length === 1);
    const { metadata, spec, status } = items[0];
    return { name: metadata.name ?? "", replicas: spec?.replicas, ready: status?.readyReplicas };
  }

  async function beatPod(): Promise<string> {
    let name: string | undefined;
    await until("a ready beat", async () => {
      const [pod] = await pods(BEAT);
      name = pod?.metadata?.name;
      return pod !== undefined && isReady(pod);
    });
    return name ?? "";
  }

  async function scaleBeat(replicas: number): Promise<void> {
    await config.makeApiClient(AppsV1Api).patchNamespacedDeploymentScale({
      name: String(await stack.output("beat")),
      namespace: NAMESPACE,
      body: [{ op: "replace", path: "/spec/replicas", value: replicas }],
    });
  }

  async function publishedBy(name: string): Promise<PublishedRun[]> {
    const log = await core().readNamespacedPodLog({ name, namespace: NAMESPACE, timestamps: true });
    return [...log.matchAll(/^(\S+) .*periodic task (count-\S+) published$/gm)].map(
      ([, at = "", id = ""]) => ({
        id,
        at: Date.parse(at) / 1000,
      }),
    );
  }

  before(async () => {
    shared = await openSharedCluster(NAMESPACE, MONITORING);
    config = shared.config;
    wishes.bases = { ...shared.bases, prometheus: await ensurePrometheusBase(() => undefined) };
    wishes.kubeconfig = shared.cluster.kubeconfigPath;
    wishes.registry = shared.cluster.registry;
    await stack.open(() => program(wishes)(), shared.tools);
    succeeded(await stack.run("up"));
  });
  after(async () => {
    stack.close();
    authority.close();
    await shared.close();
  });

  it("have a list of every Python package of their image, and its license", async () => {
    const [pod] = await pods(WORKER);
    const container = {
      config,
      namespace: NAMESPACE,
      pod: pod?.metadata?.name ?? "",
      container: "worker",
    };
    const folder = "/usr/local/share/sbom";
    const { components } = JSON.parse(await executeIn(container, "cat", `${folder}/python.cdx.json`)) as {
      components: { name: string; version: string }[];
    };
    const find =
      "import importlib.metadata as m; [print(f'{d.name}=={d.version}') for d in m.distributions()]";
    const installed = (await executeIn(container, "python", "-c", find)).trim().split("\n");
    assert.deepEqual(
      components.map(({ name, version }) => `${name}==${version}`).sort(),
      [...new Set(installed)].sort(),
    );
    const licenses = await executeIn(container, "cat", `${folder}/python-licenses.txt`);
    assert.match(licenses, /^ *celery +5\.\d+\.\d+ +BSD-3-Clause/m);
  });

  it("keeps the number of workers that the autoscaler set when something is updated", async () => {
    const scalers = config.makeApiClient(AutoscalingV2Api);
    const { items } = await scalers.listNamespacedHorizontalPodAutoscaler({ namespace: NAMESPACE });
    const { name } = await workersDeployment();
    assert.deepEqual(
      { ...items[0]?.spec?.scaleTargetRef },
      { apiVersion: "apps/v1", kind: "Deployment", name },
    );
    await until("two workers", async () => (await workersDeployment()).ready === 2);
    assert.deepEqual(touched(succeeded(await stack.run("up"))), []);

    // Without metrics, the autoscaler keeps a number of replicas that is within its range.
    await config.makeApiClient(AppsV1Api).patchNamespacedDeploymentScale({
      name,
      namespace: NAMESPACE,
      body: [{ op: "replace", path: "/spec/replicas", value: 3 }],
    });
    // Pulumi would update a Deployment whose pods are not ready.
    await until("three workers", async () => (await workersDeployment()).ready === 3);
    succeeded(await stack.run("refresh"));
    assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
    wishes.countTo = "2";
    // The parent components have changed inputs, too. No other object changes.
    const updated = touched(succeeded(await stack.run("up")));
    assert.deepEqual(updated.sort(), ["celery", "celery-default", "celery-default-workers"]);
    assert.equal((await workersDeployment()).replicas, 3);
  });

  it("publishes periodic tasks, and each is executed once", async () => {
    const began = await ledger().summary("count");
    await sleep(10 * EVERY_SECONDS * 1000);
    const { executed, executions, confirmed } = await ledger().summary("count");
    assert.ok(
      Math.abs(executed - began.executed - 10) <= 1,
      `${executed - began.executed} runs instead of 10`,
    );
    assert.equal(executions, executed);
    assert.equal(confirmed, 0, "beat reports to the ledger");
  });

  it("are read by Prometheus: every target is up, every rule is loaded, every panel has data", async () => {
    const prometheus = new PrometheusReader(config, MONITORING);
    await until("all targets up", async () => {
      const targets = await prometheus.targets();
      return targets.length === 10 && targets.every(({ health }) => health === "up");
    });
    const jobs = (await prometheus.targets()).map(({ scrapePool }) => scrapePool);
    assert.deepEqual(
      [...new Set(jobs)].sort(),
      ["broker", "queues", "workers"].map((each) => `jobs/celery-monitoring-${each}`),
    );

    await until("all rules evaluated", async () =>
      (await prometheus.alerts()).every(({ health }) => health === "ok"),
    );
    const wanted = alertsOf(MONITORED, NAMESPACE).map(({ name }) => name);
    assert.deepEqual(
      (await prometheus.alerts()).map(({ name }) => name),
      wanted,
    );

    let empty: string[] = [];
    await until("data for every panel", async () => {
      const results = await Promise.all(PANELS.map((expr) => prometheus.samples(chosen(expr))));
      empty = PANELS.filter((_, index) => results[index] === 0);
      return empty.length === 0;
    }).catch((error: unknown) => {
      throw new Error(`no data: ${empty.join("\n")}`, { cause: error });
    });
    await compareRecorded(prometheus);
  });

  it("continues after a time without a beat, catches up once, and publishes nothing twice", async () => {
    const before = await publishedBy(await beatPod());
    await scaleBeat(0);
    await until("the end of the beat", async () => (await pods(BEAT)).length === 0);
    await sleep(3 * EVERY_SECONDS * 1000);
    await scaleBeat(1);
    const second = await beatPod();
    await sleep(5 * EVERY_SECONDS * 1000);
    const after = await publishedBy(second);

    const [last, makeUp] = [before.at(-1), after[0]];
    assert.ok(last && makeUp && after.length > 4);
    const gap = makeUp.at - last.at;
    console.log(`      ${gap.toFixed(1)} s without a run, one of every ${EVERY_SECONDS} s`);
    assert.ok(gap > 3 * EVERY_SECONDS, "several runs were missed");
    for (const [index, run] of after.slice(1).entries()) {
      const pause = run.at - (after[index]?.at ?? 0);
      assert.ok(pause > EVERY_SECONDS - 0.5, `${run.id} came ${pause.toFixed(1)} s after the one before`);
    }
    const ids = [...before, ...after].map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, "no run was published twice");
    await until("all done", async () => (await ledger().summary("count")).executed >= ids.length);
    assert.equal((await ledger().summary("count")).duplicated, 0);
  });

  it("stores results where the Secret says", async () => {
    const done = await Promise.all(
      (await pods(WORKER)).map(({ metadata }) =>
        executeIn(
          { config, namespace: NAMESPACE, pod: metadata?.name ?? "", container: "worker" },
          ...["find", "/tmp", "-name", "celery-task-meta-count-*"],
        ),
      ),
    );
    assert.match(done.join("\n"), /celery-task-meta-count-2/);
  });

  describeBroken(() => ({ shared, authority }));

  // In a suite of its own, because mocha runs the tests of a suite before the suites in it.
  describe("at the end", () => {
    it("destroys everything", async () => {
      succeeded(await stack.run("destroy"));
      const { items } = await core().listNamespace();
      assert.ok(!items.some(({ metadata }) => metadata?.name === NAMESPACE));
    });
  });
});
