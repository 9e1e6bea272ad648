import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { METRICS as BROKER, METRICS_TLS } from "../rabbitMqCluster/names";
import { METRICS } from "../shared/celery/contract";
import type { MonitoredBroker } from "./args";
import type { ResolvedMonitoring } from "./resolve";

type CustomResource = k8s.apiextensions.CustomResourceArgs;

/** The label of the pods that alerts select by, and its name in the metrics. */
export const INSTANCE = "app.kubernetes.io/instance";
export const INSTANCE_LABEL = "app_kubernetes_io_instance";

/** Families of a broker's metrics of each queue. */
const QUEUE_FAMILIES = ["queue_coarse_metrics", "queue_consumer_count"];
/** Metrics of these families that neither alerts nor dashboards use. */
const UNUSED_QUEUE_METRICS = "rabbitmq_detailed_queue_(messages|process_reductions_total)";
/** Metrics of each queue that stay: ready, unacknowledged, consumers, and what kind of member the node is. */
const SERIES_PER_QUEUE = 4;
/** Series of a scrape that belong to no queue, and some to spare. */
const OTHER_SERIES = 20;

/** One kind of metrics. Each needs an object of its own, whose name tells its `up` from the others'. */
export interface Scrape {
  /** Suffix of the resource's name. */
  suffix: string;
  instances: string[];
  endpoint: { port: string; scheme?: string; path?: string; params?: Record<string, string[]> };
  /** Regular expression of metrics that are not kept. */
  drop?: string;
  /** Number of series above which a scrape is discarded. */
  mostSeries?: number;
  /** How to verify the certificate. Undefined without TLS. */
  trust?: MonitoredBroker["trust"];
}

/** All scrapes of an installation. */
export function scrapesOf({ broker, workers, beat, perQueue, mostQueues }: ResolvedMonitoring): Scrape[] {
  const { name: port, scheme } = broker.trust ? METRICS_TLS : BROKER;
  const endpoint = { port, ...(broker.trust && { scheme }) };
  const nodes = { instances: [broker.name], trust: broker.trust };
  const queues: Scrape = {
    suffix: "queues",
    ...nodes,
    endpoint: { ...endpoint, path: "/metrics/detailed", params: { family: QUEUE_FAMILIES } },
    drop: UNUSED_QUEUE_METRICS,
    mostSeries: mostQueues * SERIES_PER_QUEUE + OTHER_SERIES,
  };
  const clients = [...workers, ...(beat === undefined ? [] : [beat])];
  return [
    { suffix: "broker", ...nodes, endpoint },
    ...(perQueue ? [queues] : []),
    ...(clients.length > 0
      ? [{ suffix: "workers", instances: clients, endpoint: { port: METRICS.name } }]
      : []),
  ];
}

/** How to verify a broker, in the form that both operators share. */
function verification({ trust }: Scrape) {
  if (!trust) return undefined;
  const { secretName: name, key } = trust.authority;
  return { serverName: trust.serverName, ca: { secret: { name, key } } };
}

/** An object of the Prometheus Operator. */
export function podMonitor(monitoring: ResolvedMonitoring, scrape: Scrape): CustomResource {
  const { endpoint, drop, mostSeries } = scrape;
  const tlsConfig = verification(scrape);
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: metadata(monitoring),
    spec: {
      selector: selector(scrape),
      podTargetLabels: [INSTANCE],
      ...(mostSeries && { sampleLimit: mostSeries }),
      podMetricsEndpoints: [
        {
          ...endpoint,
          interval: interval(monitoring),
          ...(tlsConfig && { tlsConfig }),
          ...(drop && { metricRelabelings: [dropped(drop)] }),
        },
      ],
    },
  };
}

/** An object of Google Cloud Managed Service for Prometheus. */
export function podMonitoring(monitoring: ResolvedMonitoring, scrape: Scrape): CustomResource {
  const { endpoint, drop, mostSeries } = scrape;
  const tls = verification(scrape);
  return {
    apiVersion: "monitoring.googleapis.com/v1",
    kind: "PodMonitoring",
    metadata: metadata(monitoring),
    spec: {
      selector: selector(scrape),
      targetLabels: { fromPod: [{ from: INSTANCE, to: INSTANCE_LABEL }] },
      ...(mostSeries && { limits: { samples: mostSeries } }),
      endpoints: [
        {
          ...endpoint,
          interval: interval(monitoring),
          ...(tls && { tls }),
          ...(drop && { metricRelabeling: [dropped(drop)] }),
        },
      ],
    },
  };
}

const selector = ({ instances }: Scrape) => ({
  matchExpressions: [{ key: INSTANCE, operator: "In", values: instances }],
});

const dropped = (regex: string) => ({ action: "drop", sourceLabels: ["__name__"], regex });

export const interval = ({ intervalSeconds }: ResolvedMonitoring) => `${intervalSeconds}s`;

export const metadata = ({
  namespace,
  labels,
}: ResolvedMonitoring): { namespace: pulumi.Input<string>; labels: Record<string, string> } => ({
  namespace,
  labels,
});
