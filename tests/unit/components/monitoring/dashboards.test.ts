import assert from "node:assert/strict";
import type { Dashboard } from "@grafana/schema";
import type * as stateTimeline from "@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";
import type * as stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type * as timeseries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import { Monitoring, type MonitoringArgs } from "../../../../components";
import { alertsOf } from "../../../../components/monitoring/alerts";
import { anyDashboards, dashboardFiles } from "../../../../components/monitoring/dashboards";
import { FIELDS, type GrafanaDashboard, OPTIONS } from "../../../../components/monitoring/dashboards/grafana";
import { resolveMonitoring } from "../../../../components/monitoring/resolve";
import { cluster, run } from "../engine";
import { choicesOf, queriesOf } from "./queries";
import { metricsIn, readRecorded } from "./recorded";

const ARGS: MonitoringArgs = {
  namespace: "jobs",
  broker: { name: "mq" },
  workers: ["mail"],
  beat: "clock",
};

/** A type of Grafana with texts in place of its enums, as JSON has them. */
type Plain<T> = T extends string
  ? `${T}`
  : T extends object
    ? { readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

// Grafana's types, which the compiler compares with the builders' results.
const typed: readonly Plain<Dashboard>[] = anyDashboards();
// @ts-expect-error The comparison finds a value that Grafana does not know.
const wrong: Plain<Dashboard> = { ...anyDashboards()[0], links: [{ type: "page" }] };
void wrong;
const options: {
  stat: Plain<stat.Options>;
  timeseries: Plain<timeseries.Options>;
  "state-timeline": Plain<stateTimeline.Options>;
  table: Plain<table.Options>;
} = OPTIONS;
const fields: {
  timeseries: Plain<timeseries.FieldConfig>;
  "state-timeline": Plain<stateTimeline.FieldConfig>;
} = FIELDS;

describe("the dashboards", () => {
  it("have Grafana's types, and identifiers that it takes", () => {
    assert.deepEqual(
      typed.map(({ uid }) => uid),
      ["overview", "broker", "workers", "drills"].map((id) => `ha-celery-${id}`),
    );
    const panelTypes = new Set(anyDashboards().flatMap(({ panels }) => panels.map(({ type }) => type)));
    assert.deepEqual([...panelTypes].sort(), [...Object.keys(options), "row"].sort());
    assert.ok(Object.keys(fields).every((kind) => kind in options));
    for (const text of Object.values(dashboardFiles(resolveMonitoring("n".repeat(40), ARGS), "jobs")))
      assert.match((JSON.parse(text) as { uid: string }).uid, /^[a-zA-Z0-9_-]{1,40}$/);
  });

  it("place panels side by side, without overlaps", () => {
    for (const { title, panels } of anyDashboards()) {
      const taken = new Set<string>();
      for (const { gridPos } of panels)
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            assert.ok(x < 24 && !taken.has(`${x},${y}`), `${title}: two panels at ${x},${y}`);
            taken.add(`${x},${y}`);
          }
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, title);
    }
  });

  it("use only variables that they define", () => {
    for (const dashboard of anyDashboards()) {
      const names = dashboard.templating.list.map(({ name }) => name);
      for (const expr of [...queriesOf(dashboard), ...choicesOf(dashboard)])
        for (const [, name = ""] of expr.replaceAll("$__rate_interval", "").matchAll(/\$(\w+)/g))
          assert.ok(names.includes(name), `${dashboard.title}: ${expr}`);
    }
  });

  it("and the alerts name only metrics that real brokers, workers and beats serve", () => {
    const served = readRecorded();
    const alerts = alertsOf(resolveMonitoring("watch", ARGS), "jobs").map(({ expr }) => expr);
    const queries = [
      ...alerts,
      ...anyDashboards().flatMap((each) => [...queriesOf(each), ...choicesOf(each)]),
    ];
    const unknown = [...new Set(queries.flatMap(metricsIn))].filter((metric) => !served.has(metric));
    // ScheduledDrills serves these, and not the installation.
    const drills = ["ha_celery_drill_passed", "ha_celery_drill_finished_timestamp_seconds"];
    assert.deepEqual(
      unknown.filter((metric) => !drills.includes(metric)),
      [],
    );
    assert.ok(new Set(queries.flatMap(metricsIn)).size > 40);
  });

  it("of two installations differ in file, identifier and title, and begin with their own broker", () => {
    const [mail = {}, web = {}] = ["mail", "web"].map((name) =>
      dashboardFiles(resolveMonitoring(name, { ...ARGS, broker: { name } }), "jobs"),
    );
    assert.deepEqual(
      Object.keys(mail),
      ["overview", "broker", "workers", "drills"].map((id) => `jobs-mail-${id}.json`),
    );
    const parsed = [...Object.values(mail), ...Object.values(web)].map(
      (text) => JSON.parse(text) as GrafanaDashboard,
    );
    for (const field of ["uid", "title"] as const)
      assert.equal(new Set(parsed.map((each) => each[field])).size, 8);
    assert.match(mail["jobs-mail-broker.json"] ?? "", /"name":"broker".+?"current":{"text":"mail"/);
  });

  it("of an installation whose queues are not read have no panels of single queues", () => {
    const text = (args: object) =>
      Object.values(dashboardFiles(resolveMonitoring("watch", { ...ARGS, ...args }), "jobs")).join();
    assert.match(text({}), /rabbitmq_detailed_/);
    assert.doesNotMatch(text({ perQueue: false }), /rabbitmq_detailed_/);
    assert.doesNotMatch(text({ workers: [] }), /workers by task/);
  });

  it("are in a ConfigMap that the sidecar of Grafana finds, unless they are not wanted", async () => {
    const maps = async (dashboards: boolean) => {
      const { resources } = await run(() => new Monitoring("watch", { ...ARGS, dashboards }, cluster()));
      return resources.filter(({ type }) => type === "kubernetes:core/v1:ConfigMap");
    };
    const [map] = await maps(true);
    const { metadata, data } = map?.inputs as {
      metadata: { namespace: string; labels: Record<string, string> };
      data: Record<string, string>;
    };
    assert.equal(metadata.namespace, "jobs");
    assert.equal(metadata.labels.grafana_dashboard, "1");
    assert.deepEqual(data, dashboardFiles(resolveMonitoring("watch", ARGS), "jobs"));
    // The largest ConfigMap that Kubernetes takes has 1 MiB.
    assert.ok(JSON.stringify(data).length < 200_000);
    assert.deepEqual(await maps(false), []);
  });
});
