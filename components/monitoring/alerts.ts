import { DEAD_LETTERS, DELAYED_QUEUES, RESTORE_QUEUES } from "../shared/celery/contract";
import type { ResolvedMonitoring } from "./resolve";
import { INSTANCE_LABEL } from "./scrapes";

/** An alert. docs/reference/alerts.md shows all of them, and docs/runbooks has a page for each. */
export interface Alert {
  readonly name: string;
  readonly severity: "critical" | "warning";
  /** How long the expression must be true. */
  readonly for: string;
  /** What is wrong, as a person reads it. */
  readonly summary: string;
  /** Expression of PromQL. */
  readonly expr: string;
}

/** Queues that no worker consumes. */
const OTHER_QUEUES = `${DELAYED_QUEUES}.*|${DEAD_LETTERS}|${RESTORE_QUEUES}.*`;
/** Ready messages below which a growing queue is no alert. */
const SMALL_BACKLOG = 1000;
const SLOW_PUBLISH_SECONDS = 1;
const LATE_TICK_SECONDS = 60;
/** As `ha-celery status` warns. */
const EXPIRES_SOON_DAYS = 30;

export function alertsOf(monitoring: ResolvedMonitoring, namespace: string): Alert[] {
  const { perQueue, beat } = monitoring;
  return [
    ...brokerAlerts(monitoring, namespace),
    ...(perQueue ? queueAlerts(monitoring, namespace) : []),
    ...monitoring.workers.map((pool) => notConsuming(namespace, pool)),
    ...(monitoring.workers.length > 0 ? taskAlerts(monitoring, namespace) : []),
    ...(beat === undefined ? [] : [beatOverdue(namespace, beat)]),
    nodeCordoned(monitoring, namespace),
  ];
}

function brokerAlerts({ broker }: ResolvedMonitoring, namespace: string): Alert[] {
  const of = selector(namespace, [broker.name]);
  const nodes = `(count(rabbitmq_erlang_uptime_seconds${of}) or vector(0))`;
  const majority = Math.floor(broker.replicas / 2) + 1;
  return [
    {
      name: "HaCeleryNoMajority",
      severity: "critical",
      for: "1m",
      summary: `Fewer than ${majority} of ${broker.replicas} broker nodes answer, so no task is published or delivered.`,
      expr: `${nodes} < ${majority}`,
    },
    {
      name: "HaCeleryNoQuorumMargin",
      severity: "warning",
      for: "10m",
      summary: `Only ${majority} of ${broker.replicas} broker nodes answer. The loss of one more stops the installation.`,
      expr: `${nodes} == ${majority}`,
    },
    {
      name: "HaCeleryBrokerAway",
      severity: "warning",
      for: "5m",
      summary: `A broker node does not answer.`,
      expr: `${nodes} < ${broker.replicas}`,
    },
    {
      name: "HaCelerySplit",
      severity: "critical",
      for: "1m",
      summary: "Broker nodes form more than one cluster, each with queues of its own.",
      expr: `count(count by (rabbitmq_cluster_permanent_id) (rabbitmq_identity_info${of})) > 1`,
    },
    {
      name: "HaCeleryAlarm",
      severity: "critical",
      for: "1m",
      summary: "A memory or disk alarm of a broker node blocks all publishers.",
      expr: `max(rabbitmq_alarms_memory_used_watermark${of}) > 0 or max(rabbitmq_alarms_free_disk_space_watermark${of}) > 0`,
    },
    {
      name: "HaCeleryDiskFills",
      severity: "warning",
      for: "15m",
      summary: "A broker node raises a disk alarm within 4 h if its disk fills as in the last hour.",
      expr: `predict_linear(rabbitmq_disk_space_available_bytes${of}[1h], 4 * 3600) < rabbitmq_disk_space_available_limit_bytes${of}`,
    },
    {
      name: "HaCeleryDeadLetters",
      severity: "warning",
      for: "1m",
      summary: "Tasks are in the queue of dead letters.",
      expr: `max(ha_celery_dead_letters${of}) > 0`,
    },
    {
      name: "HaCeleryCertificateExpires",
      severity: "warning",
      for: "10m",
      summary: `The certificate of the brokers expires in less than ${EXPIRES_SOON_DAYS} days, or has expired.`,
      expr: `min(ha_celery_certificate_expiry_timestamp_seconds${of}) - time() < ${EXPIRES_SOON_DAYS * 86_400}`,
    },
    {
      name: "HaCeleryDrillFailed",
      severity: "warning",
      for: "1m",
      summary: "The latest drill of scene {{ $labels.scene }} failed.",
      expr: `min by (scene) (ha_celery_drill_passed${of}) == 0`,
    },
  ];
}

function queueAlerts({ broker, mostQueues }: ResolvedMonitoring, namespace: string): Alert[] {
  const nodes = `rabbitmq_erlang_uptime_seconds${selector(namespace, [broker.name])}`;
  const everyQueue = `rabbitmq_detailed_queue_messages_ready${selector(namespace, [broker.name])}`;
  const of = selector(namespace, [broker.name], `queue!~"${OTHER_QUEUES}"`);
  const ready = `sum by (vhost, queue) (rabbitmq_detailed_queue_messages_ready${of})`;
  return [
    {
      name: "HaCeleryQueueWithoutConsumers",
      severity: "critical",
      for: "5m",
      summary: "Tasks wait in queue {{ $labels.queue }}, which no worker consumes.",
      expr: `${ready} > 0 and sum by (vhost, queue) (rabbitmq_detailed_queue_consumers${of}) == 0`,
    },
    {
      name: "HaCeleryBacklogGrows",
      severity: "warning",
      for: "15m",
      summary: "Queue {{ $labels.queue }} has grown for half an hour, and has more than 1,000 tasks.",
      expr: `${ready} > ${SMALL_BACKLOG} and deriv(${ready}[30m:1m]) > 0`,
    },
    {
      name: "HaCeleryQueuesNotRead",
      severity: "warning",
      for: "15m",
      summary: `Broker nodes answer, but Prometheus has no metrics of their queues. There may be more than ${mostQueues}.`,
      expr: `count(${nodes}) > 0 unless count(${everyQueue}) > 0`,
    },
  ];
}

const notConsuming = (namespace: string, pool: string): Alert => ({
  name: "HaCeleryWorkersNotConsuming",
  severity: "critical",
  for: "5m",
  summary: `No worker of pool ${pool} consumes.`,
  expr: `(sum(ha_celery_worker_connected${selector(namespace, [pool])}) or vector(0)) == 0`,
});

function taskAlerts({ workers, beat, longestWaitSeconds }: ResolvedMonitoring, namespace: string): Alert[] {
  const of = selector(namespace, workers);
  const publishers = selector(namespace, [...workers, ...(beat === undefined ? [] : [beat])]);
  const quantile = (share: number, metric: string, by: string) =>
    `histogram_quantile(${share}, sum by (${by}) (rate(${metric}[5m])))`;
  return [
    {
      name: "HaCeleryTaskWaitsTooLong",
      severity: "warning",
      for: "5m",
      summary: `Tasks of queue {{ $labels.queue }} wait longer than ${longestWaitSeconds} s before they begin.`,
      expr: `${quantile(0.9, `ha_celery_task_queue_wait_seconds_bucket${of}`, "queue, le")} > ${longestWaitSeconds}`,
    },
    {
      name: "HaCeleryPublishSlow",
      severity: "warning",
      for: "10m",
      summary: "Brokers confirm tasks late, or not at all.",
      expr: [
        `${quantile(0.99, `ha_celery_publish_seconds_bucket${publishers}`, "le")} > ${SLOW_PUBLISH_SECONDS}`,
        `sum(rate(ha_celery_publish_failed_attempts_total${publishers}[5m])) > 0`,
      ].join(" or "),
    },
  ];
}

function beatOverdue(namespace: string, beat: string): Alert {
  const of = selector(namespace, [beat]);
  return {
    name: "HaCeleryBeatOverdue",
    severity: "critical",
    for: "2m",
    summary: "Beat does not run, or periodic tasks are overdue.",
    expr: [
      `max(ha_celery_beat_overdue_entries${of}) > 0`,
      `time() - max(ha_celery_beat_last_tick_timestamp_seconds${of}) > ${LATE_TICK_SECONDS}`,
      `absent(ha_celery_beat_last_tick_timestamp_seconds${of})`,
    ].join(" or "),
  };
}

/** Kubernetes reports nodes only through kube-state-metrics. Without it, the alert is silent. */
function nodeCordoned({ broker, workers, beat }: ResolvedMonitoring, namespace: string): Alert {
  const names = [broker.name, ...workers, ...(beat === undefined ? [] : [beat])];
  const pods = `kube_pod_info{namespace="${namespace}",pod=~"(${names.join("|")})-.*",node!=""}`;
  return {
    name: "HaCeleryNodeCordoned",
    severity: "warning",
    for: "1h",
    summary: "Node {{ $labels.node }}, which runs pods of the installation, is cordoned.",
    expr: `max by (node) (kube_node_spec_unschedulable) > 0 and on (node) group by (node) (${pods})`,
  };
}

function selector(namespace: string, instances: string[], more?: string): string {
  const instance = `${INSTANCE_LABEL}=~"${instances.join("|")}"`;
  return `{${[`namespace="${namespace}"`, instance, ...(more ? [more] : [])].join(",")}}`;
}
