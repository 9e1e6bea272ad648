import assert from "node:assert/strict";
import { BatchV1Api, CoreV1Api, type V1Job } from "@kubernetes/client-node";
import { METRICS } from "../../components/rabbitMqCluster/names";
import { Cluster } from "../../operate/cluster/cluster";
import { readMetrics } from "../../operate/cluster/metrics";
import { hasCondition, nameOf } from "../../operate/cluster/objects";
import type { DrillRecord } from "../../operate/drill/record/record";
import { until } from "../../operate/waiting";
import { UNTIMED } from "./drills";
import { command, core, kubeConfig, NAMESPACE, operate, pods } from "./machine";
import { posted, RECEIVER, startReceiver, stopReceiver, URL_KEY } from "./webhookReceiver";

const BROKER = "celery-broker";
/** Has agents, and thus needs every kind of right. */
const SCENE = "broker-kill";
/** Never: the tests begin the drills. */
const SCHEDULE = "0 0 29 2 *";
const DRILL_SECONDS = 400;

const batch = (): BatchV1Api => kubeConfig().makeApiClient(BatchV1Api);

/** A window that is over, and one without an end. */
const OVER = "2020-01-01..2020-01-02";
const ALWAYS = "00:00-24:00";
/** The brokers look for new verdicts every 30 s. */
const METRIC_SECONDS = 60;

/** Begins a drill as `kubectl create job --from=cronjob/...` does, and returns the finished Job and its log. */
async function drillNow(name: string, blackout = OVER): Promise<{ passed: boolean; log: string }> {
  const namespace = NAMESPACE;
  const { items } = await batch().listNamespacedCronJob({ namespace });
  const [cronJob] = items;
  assert.ok(cronJob?.spec && items.length === 1);
  const spec = structuredClone(cronJob.spec.jobTemplate.spec);
  const [container] = spec?.template.spec?.containers ?? [];
  const words = container?.command ?? [];
  assert.ok(container && words.includes(OVER), "the CronJob has no blackout window");
  container.command = words.map((word) => (word === OVER ? blackout : word));
  const body: V1Job = { metadata: { name }, spec };
  await batch().createNamespacedJob({ namespace, body });
  let job = body;
  const signal = AbortSignal.timeout(2 * DRILL_SECONDS * 1000);
  await until(`Job ${name} has ended`, DRILL_SECONDS, signal, async () => {
    job = await batch().readNamespacedJob({ namespace, name });
    return hasCondition(job, "Complete") || hasCondition(job, "Failed");
  });
  const pods = await core().listNamespacedPod({ namespace, labelSelector: `job-name=${name}` });
  const log = await core().readNamespacedPodLog({ namespace, name: nameOf(pods.items[0] ?? {}) });
  console.log(log.replace(/^(?=.)/gm, "      | "));
  return { passed: hasCondition(job, "Complete"), log };
}

async function history(): Promise<DrillRecord[]> {
  const { code, output } = await operate("drill", "history", "--json").ended;
  assert.equal(code, 0, output);
  return JSON.parse(output.split("\n").find((line) => line.startsWith("[")) ?? "") as DrillRecord[];
}

async function eventsOf(run: string): Promise<(string | undefined)[]> {
  const { items } = await core().listNamespacedEvent({
    namespace: NAMESPACE,
    fieldSelector: `involvedObject.kind=StatefulSet,involvedObject.name=${BROKER}`,
  });
  return items.filter(({ metadata }) => metadata.name === `${BROKER}.${run}`).map(({ reason }) => reason);
}

/** Returns a metric of the scene as each broker serves it. */
async function metricOf(name: string): Promise<(number | undefined)[]> {
  const cluster = new Cluster(kubeConfig());
  const page = { port: METRICS.port, path: "/metrics" };
  const samples = await Promise.all((await pods("rabbitmq")).map((pod) => readMetrics(cluster, pod, page)));
  return samples.map(
    (all) => all.find((sample) => sample.name === name && sample.labels.scene === SCENE)?.value,
  );
}

/** Tests of the CronJob in the installation of the local target, for a describe block. */
export function scheduledDrills(): void {
  before(async () => {
    const webhook = { secretName: RECEIVER, key: URL_KEY };
    const drills = { scenes: [SCENE], schedule: SCHEDULE, options: UNTIMED, blackouts: [OVER], webhook };
    const { code, output } = await command("up", `--config=scheduledDrills=${JSON.stringify(drills)}`);
    assert.equal(code, 0, output);
    await startReceiver();
  });
  after(stopReceiver);

  it("do not begin in a blackout window, and leave no record", async () => {
    const { passed, log } = await drillNow("drill-blackout", ALWAYS);
    assert.ok(passed, log);
    assert.match(log, /broker-kill does not begin, because of --blackout "00:00-24:00" \(Etc\/UTC\)/);
    assert.deepEqual(await history(), []);
    assert.deepEqual(await posted(), []);
  });

  it("run in a pod, which needs no other rights than its own, and lose no task", async () => {
    const { passed, log } = await drillNow("drill-now");
    const [drill, ...others] = await history();
    assert.ok(drill, log);
    assert.deepEqual(others, []);
    const { run, scene, outcome, reasons, confirmed = 0, lost } = drill;
    assert.deepEqual(
      { scene, outcome, reasons, lost },
      { scene: SCENE, outcome: "passed", reasons: [], lost: 0 },
    );
    assert.ok(confirmed > 100, `only ${confirmed} tasks were published`);
    assert.deepEqual(await eventsOf(run), ["DrillPassed"]);
    assert.ok(passed, log);
    const [{ text, namespace, name, ...record } = assert.fail("nothing was posted"), ...more] =
      await posted();
    assert.deepEqual([namespace, name, record, more], [NAMESPACE, BROKER, drill, []]);
    assert.match(text, /broker-kill/);
  });

  it("are refused while the installation is not healthy, and say why", async () => {
    const [node] = (await core().listNode()).items;
    const name = nameOf(node ?? {});
    const cordon = (value: boolean) =>
      kubeConfig()
        .makeApiClient(CoreV1Api)
        .patchNode({ name, body: [{ op: "add", path: "/spec/unschedulable", value }] });
    await cordon(true);
    try {
      const { passed, log } = await drillNow("drill-refused");
      assert.ok(!passed, log);
      const refused = (await history()).at(-1);
      assert.equal(refused?.outcome, "refused");
      assert.match(refused.reasons.join(), new RegExp(`node ${name} is not ready or is cordoned`));
      assert.deepEqual(await eventsOf(refused.run), ["DrillRefused"]);
      assert.equal((await posted()).at(-1)?.outcome, "refused");
    } finally {
      await cordon(false);
    }
  });

  it("leave the verdict as a metric of every broker, which a refused drill does not change", async () => {
    const verdict = (await history()).find(({ outcome }) => outcome === "passed");
    const finished = Math.round(Date.parse(verdict?.finishedAt ?? "") / 1000);
    const signal = AbortSignal.timeout(2 * METRIC_SECONDS * 1000);
    await until("every broker serves it", METRIC_SECONDS, signal, async () =>
      (await metricOf("ha_celery_drill_passed")).every((value) => value === 1),
    );
    const times = await metricOf("ha_celery_drill_finished_timestamp_seconds");
    assert.deepEqual(times, [finished, finished, finished]);
  });
}
