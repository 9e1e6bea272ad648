import { INSTANCE_LABEL as INSTANCE } from "../scrapes";

// What the dashboards show, as data. grafana.ts turns it into Grafana's format.

/** A query and the legend of its series: `{{queue}}` is a label. */
export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

/** Units by the names that Grafana uses. */
export type Unit = "short" | "s" | "bytes" | "reqps" | "percentunit" | "none";

/** Value from which a panel is colored. */
export interface Threshold {
  readonly from: number;
  readonly color: "green" | "orange" | "red";
}

interface PanelBase {
  readonly title: string;
  /** What the reader concludes from it, shown at the title. */
  readonly description?: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
}

/** The latest value of each series as a large number. */
export interface StatPanel extends PanelBase {
  readonly kind: "stat";
  readonly thresholds?: readonly Threshold[];
  /** Texts for single values, for example `{ "1": "passed" }`. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** Lines over time. */
export interface GraphPanel extends PanelBase {
  readonly kind: "timeseries";
}

/** One colored bar of states for each series. */
export interface StatesPanel extends PanelBase {
  readonly kind: "state-timeline";
  readonly thresholds: readonly Threshold[];
  readonly texts?: Readonly<Record<string, string>>;
}

/** The latest values, with a row for each combination of labels and a column for each query's legend. */
export interface TablePanel extends PanelBase {
  readonly kind: "table";
}

export type Panel = StatPanel | GraphPanel | StatesPanel | TablePanel;

/** A list of values that the reader selects above the panels. */
export interface Variable {
  readonly name: "namespace" | "broker" | "workers" | "task";
  readonly label: string;
  /** Series whose values of the label `from` are the choices. */
  readonly series: string;
  readonly from: string;
  /** Whether several can be selected, and all are at first. */
  readonly several?: boolean;
}

/** A heading with panels of one width below it. */
export interface Row {
  readonly title: string;
  /** Number of panels beside each other. */
  readonly columns: 2 | 3 | 4 | 6;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  /** Part of the file's name and of the identifier in Grafana. */
  readonly id: string;
  readonly title: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

/** Range over which rates are computed: Grafana's choice for the scrape interval and the zoom. */
export const RANGE = "$__rate_interval";

const NAMESPACE = 'namespace="$namespace"';

/** Series in the chosen namespace. */
export const inNamespace = (...more: string[]): string => `{${[NAMESPACE, ...more].join(",")}}`;

/** Series of the chosen broker's nodes. */
export const ofBroker = (...more: string[]): string => inNamespace(`${INSTANCE}="$broker"`, ...more);

/** Series of the chosen worker pools. */
export const ofWorkers = (...more: string[]): string => inNamespace(`${INSTANCE}=~"$workers"`, ...more);

/** Rate of a counter per second, summed over the other labels. */
export const rate = (series: string, ...by: string[]): string =>
  `sum${by.length > 0 ? ` by (${by.join(", ")})` : ""} (rate(${series}[${RANGE}]))`;

/** Quantile of a histogram, of which `series` is the one with the buckets. */
export const quantile = (share: number, series: string, ...by: string[]): string =>
  `histogram_quantile(${share}, ${rate(series, ...by, "le")})`;

export const NAMESPACE_VARIABLE: Variable = {
  name: "namespace",
  label: "Namespace",
  series: "ha_celery_worker_slots",
  from: "namespace",
};
export const BROKER_VARIABLE: Variable = {
  name: "broker",
  label: "Broker",
  series: `ha_celery_dead_letters${inNamespace()}`,
  from: INSTANCE,
};
export const WORKERS_VARIABLE: Variable = {
  name: "workers",
  label: "Worker pools",
  series: `ha_celery_worker_slots${inNamespace()}`,
  from: INSTANCE,
  several: true,
};

/** Messages of all queues. */
export const MESSAGES: Panel = {
  kind: "timeseries",
  title: "Messages through the broker",
  description:
    "The loss of a worker or of a leader returns its tasks to their queue, which delivers them again.",
  unit: "reqps",
  queries: [
    ["received", "published"],
    ["confirmed", "confirmed"],
    ["acknowledged", "acknowledged"],
    ["redelivered", "redelivered"],
  ].map(([counter, legend]) => ({
    expr: rate(`rabbitmq_global_messages_${counter}_total${ofBroker()}`),
    legend,
  })),
};
