import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { replaceable } from "../shared/childOptions";
import { outputsOf, requireKubernetesProvider, validate } from "../shared/component";
import { type MonitoringArgs, Scraper } from "./args";
import { dashboardFiles, dashboardsConfigMap } from "./dashboards";
import { prometheusConfigMap, prometheusFiles } from "./prometheus";
import { type ResolvedMonitoring, resolveMonitoring } from "./resolve";
import { ruleGroups, rulesObject } from "./rules";
import { podMonitor, podMonitoring, scrapesOf } from "./scrapes";
import { LONGEST_NAME, MONITORING } from "./validation";

/**
 * Has a Prometheus read the metrics of brokers, workers and beat, and raise alerts, and Grafana show them. Prometheus,
 * or the managed collection of Google Cloud, runs in the Kubernetes cluster already; the component creates what it
 * reads. Alerts name the page in `docs/runbooks` that says what to do.
 *
 * The NetworkPolicies of the components admit the namespaces in `access.monitoringNamespaces` of the broker and
 * `metrics.monitoringNamespaces` of workers and beat. Name the namespace of Prometheus there, such as `monitoring`.
 *
 * @example
 * ```ts
 * new Monitoring(
 *   "celery",
 *   { namespace: "jobs", broker: { name: "tasks" }, workers: ["mail"], labels: { release: "kube-prometheus-stack" } },
 *   { provider: cluster.provider },
 * );
 * ```
 */
export class Monitoring extends pulumi.ComponentResource {
  /** Files of a Prometheus without operator, by name: the content of its ConfigMap. Undefined with an operator. */
  readonly prometheusFiles: pulumi.Output<Record<string, string> | undefined>;

  /**
   * @param name DNS label of at most 41 characters; unique in the namespace.
   * @param args See `MonitoringArgs`.
   * @param opts Requires a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:Monitoring", name, args, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, MONITORING, LONGEST_NAME);
    const monitoring = resolveMonitoring(name, args);

    const known = pulumi.output({ namespace: args.namespace, trust: args.broker.trust });
    const isOperator = monitoring.by !== Scraper.ConfigMap;
    if (isOperator) createCustomResources(this, monitoring);
    const files = known.apply((values) => (isOperator ? undefined : prometheusFiles(monitoring, values)));
    if (!isOperator)
      new k8s.core.v1.ConfigMap(
        `${name}-prometheus`,
        prometheusConfigMap(monitoring, files),
        replaceable(this),
      );
    if (monitoring.dashboards) {
      const dashboards = known.apply(({ namespace }) => dashboardFiles(monitoring, namespace));
      new k8s.core.v1.ConfigMap(
        `${name}-dashboards`,
        dashboardsConfigMap(monitoring, dashboards),
        replaceable(this),
      );
    }
    this.prometheusFiles = files;
    this.registerOutputs(outputsOf(this));
  }
}

function createCustomResources(parent: pulumi.Resource, monitoring: ResolvedMonitoring): void {
  const { name, by, namespace: input, alerts } = monitoring;
  const scraped = by === Scraper.PodMonitor ? podMonitor : podMonitoring;
  for (const scrape of scrapesOf(monitoring))
    new k8s.apiextensions.CustomResource(`${name}-${scrape.suffix}`, scraped(monitoring, scrape), { parent });
  if (!alerts) return;
  const groups = pulumi.output(input).apply((namespace) => ruleGroups(monitoring, namespace));
  new k8s.apiextensions.CustomResource(`${name}-alerts`, rulesObject(monitoring, groups), { parent });
}
