import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HaCelery, Monitoring, type MonitoringArgs } from "../../../../components";
import { type Alert, alertsOf } from "../../../../components/monitoring/alerts";
import { resolveMonitoring } from "../../../../components/monitoring/resolve";
import { ruleGroups } from "../../../../components/monitoring/rules";
import { scrapesOf } from "../../../../components/monitoring/scrapes";
import { cluster, list, refusal, run } from "../engine";
import { assertGolden, assertSame } from "../goldens";
import { readRecorded } from "./recorded";

const DOCS = join(__dirname, "../../../../docs");
const PAGE = join(DOCS, "reference", "alerts.md");
const BEGIN = "<!-- Written by the tests with UPDATE_GOLDENS=1. -->\n";

const ARGS: MonitoringArgs = {
  namespace: "jobs",
  broker: { name: "mq" },
  workers: ["mail", "reports"],
  beat: "clock",
};
const TRUST = { authority: { secretName: "mq-tls", key: "ca.crt" }, serverName: "mq.example.com" };

const monitoring = (args: Partial<MonitoringArgs> = {}) =>
  new Monitoring("watch", { ...ARGS, ...args }, cluster());

/** All alerts, one of each name. */
function alerts(args = ARGS): Alert[] {
  const all = alertsOf(resolveMonitoring("watch", args), "jobs");
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
}

describe("Monitoring", () => {
  it("renders the objects of the golden, for the Prometheus Operator", async () => {
    const args = { labels: { release: "prometheus" }, dashboards: false };
    const { resources } = await run(() => monitoring(args));
    assertGolden("monitoring", resources);
  });

  it("renders the objects of the golden, for Google Cloud and a broker with TLS", async () => {
    const broker = { name: "mq", replicas: 5, trust: TRUST };
    const { resources } = await run(() =>
      monitoring({ by: "podMonitoring", broker, intervalSeconds: 60, dashboards: false }),
    );
    assertGolden("monitoring-google", resources);
  });

  it("writes the files of the golden, for a Prometheus without operator and a broker with TLS", async () => {
    const args: Partial<MonitoringArgs> = {
      by: "configMap",
      broker: { name: "mq", trust: TRUST },
      dashboards: false,
    };
    const { resources } = await run(() => monitoring(args));
    assert.deepEqual(list(resources), ["ConfigMap watch-prometheus", "Monitoring watch"]);
    const { data } = resources.find(({ name }) => name === "watch-prometheus")?.inputs as {
      data: Record<string, string>;
    };
    assert.deepEqual(Object.keys(data).sort(), ["alerts.json", "scrapes.json"]);
    assertSame("monitoring-prometheus", data["scrapes.json"] ?? "");
    assert.deepEqual(JSON.parse(data["alerts.json"] ?? ""), {
      groups: ruleGroups(resolveMonitoring("watch", { ...ARGS, ...args }), "jobs"),
    });
  });

  it("reads four metrics of each queue, up to a number of queues", () => {
    const [, queues] = scrapesOf(resolveMonitoring("watch", { ...ARGS, mostQueues: 50 }));
    assert.equal(queues?.mostSeries, 220);
    const drop = new RegExp(`^(${queues.drop})$`);
    const kept = [...readRecorded()].filter(
      (name) => name.startsWith("rabbitmq_detailed_") && !drop.test(name),
    );
    assert.deepEqual(
      kept,
      ["consumers", "info", "messages_ready", "messages_unacked"].map(
        (name) => `rabbitmq_detailed_queue_${name}`,
      ),
    );
  });

  it("leaves out what is not wanted, and what is not there", async () => {
    const few = { perQueue: false, alerts: false, dashboards: false, workers: [], beat: undefined };
    assert.deepEqual(list((await run(() => monitoring(few))).resources), [
      "Monitoring watch",
      "PodMonitor watch-broker",
    ]);
    const names = alertsOf(resolveMonitoring("watch", { ...ARGS, ...few }), "jobs").map(({ name }) => name);
    assert.ok(names.includes("HaCeleryAlarm"));
    assert.ok(!names.some((name) => /Queue|Backlog|Workers|Task|Publish|Beat/.test(name)), String(names));
  });

  it("reports every problem at once", async () => {
    const problems = await refusal(() =>
      monitoring({ intervalSeconds: 1, by: "x" as "podMonitor", beat: "A" }),
    );
    for (const name of ["intervalSeconds", "by", "beat"])
      assert.ok(problems.includes(`- ${name} is`), problems);
  });

  it("of a HaCelery watches the parts that serve metrics", async () => {
    const args = {
      rabbitmqImage: "registry/rabbitmq@sha256:abc",
      workerImage: "registry/worker@sha256:abc",
      app: "mail.tasks",
      monitoring: {},
    };
    const workers = [{ name: "measured" }, { name: "quiet", metrics: { enabled: false } }];
    const made = async (more: object) => {
      const { resources } = await run(() => new HaCelery("celery", { ...args, workers, ...more }, cluster()));
      const names = list(resources).filter((name) => /^(PodMonitor|PrometheusRule)/.test(name));
      return { names, text: JSON.stringify(resources) };
    };
    const { names, text } = await made({ beat: {} });
    assert.deepEqual(names, [
      "PodMonitor celery-monitoring-broker",
      "PodMonitor celery-monitoring-queues",
      "PodMonitor celery-monitoring-workers",
      "PrometheusRule celery-monitoring-alerts",
    ]);
    assert.ok(text.includes('"values":["celery-measured","celery-beat"]'), text);
    assert.deepEqual(
      (await made({ inject: true })).names,
      names.filter((name) => !name.endsWith("-workers")),
    );
  });
});

describe("the alerts", () => {
  it("are those of docs/reference/alerts.md", () => {
    const rows = alerts({ ...ARGS, workers: ["_pool_"] }).map(
      ({ name, severity, for: duration, summary }) =>
        `| [\`${name}\`](../runbooks/${name}.md) | ${severity} | ${duration} | ${summary.replace(/{{ \$labels\.(\w+) }}/g, "_$1_")} |`,
    );
    const table = ["| alert | severity | after | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
    const [intro = ""] = readFileSync(PAGE, "utf8").split(BEGIN);
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(PAGE, `${intro}${BEGIN}\n${table}\n`);
    const unpadded = (text: string) => text.replace(/ +\|/g, " |").replace(/-{3,}/g, "---").trim();
    assert.equal(unpadded(readFileSync(PAGE, "utf8").split(BEGIN)[1] ?? ""), table);
  });

  it("have a runbook each, which says what to do with a command, and no others are there", () => {
    const names = alerts().map(({ name }) => `${name}.md`);
    assert.deepEqual(readdirSync(join(DOCS, "runbooks")).sort(), [...names].sort());
    for (const name of names) {
      const file = join(DOCS, "runbooks", name);
      assert.ok(existsSync(file));
      assert.match(readFileSync(file, "utf8"), /^# HaCelery\w+\n[^]*```sh\n/, name);
    }
  });
});
