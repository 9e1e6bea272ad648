import {
  BROKER_VARIABLE,
  type Dashboard,
  type GraphPanel,
  NAMESPACE_VARIABLE,
  ofBroker,
  rate,
} from "./panels";

/** A metric of each broker node, and its limit, if it has one. */
function perNode(
  title: string,
  unit: GraphPanel["unit"],
  metric: string,
  limit?: string,
  description?: string,
): GraphPanel {
  return {
    kind: "timeseries",
    title,
    unit,
    ...(description && { description }),
    queries: [
      { expr: `max by (pod) (${metric}${ofBroker()})`, legend: "{{pod}}" },
      ...(limit ? [{ expr: `max(${limit}${ofBroker()})`, legend: "limit" }] : []),
    ],
  };
}

/** Rates of counters, summed over the nodes. */
const rates = (
  title: string,
  counters: Readonly<Record<string, string>>,
  description?: string,
): GraphPanel => ({
  kind: "timeseries",
  title,
  unit: "reqps",
  ...(description && { description }),
  queries: Object.entries(counters).map(([legend, counter]) => ({
    expr: rate(`${counter}${ofBroker()}`),
    legend,
  })),
});

const perQueue = (title: string, metric: string): GraphPanel => ({
  kind: "timeseries",
  title,
  unit: "short",
  queries: [{ expr: `sum by (queue) (${metric}${ofBroker()})`, legend: "{{queue}}" }],
});

/** The broker's nodes, their limits, and its queues. */
export const broker: Dashboard = {
  id: "broker",
  title: "Celery: broker",
  variables: [NAMESPACE_VARIABLE, BROKER_VARIABLE],
  rows: [
    {
      title: "Nodes",
      columns: 3,
      panels: [
        perNode(
          "Memory",
          "bytes",
          "rabbitmq_process_resident_memory_bytes",
          "rabbitmq_resident_memory_limit_bytes",
          "At the limit, RabbitMQ raises an alarm, which blocks all publishers.",
        ),
        perNode(
          "Free disk space",
          "bytes",
          "rabbitmq_disk_space_available_bytes",
          "rabbitmq_disk_space_available_limit_bytes",
          "Below the limit, RabbitMQ raises an alarm, which blocks all publishers.",
        ),
        {
          kind: "timeseries",
          title: "Alarms and unreachable peers",
          unit: "short",
          queries: [
            {
              expr: `max by (pod) (rabbitmq_alarms_memory_used_watermark${ofBroker()})`,
              legend: "{{pod}} memory",
            },
            {
              expr: `max by (pod) (rabbitmq_alarms_free_disk_space_watermark${ofBroker()})`,
              legend: "{{pod}} disk",
            },
            {
              expr: `max by (pod) (rabbitmq_unreachable_cluster_peers_count${ofBroker()})`,
              legend: "{{pod}} unreachable peers",
            },
          ],
        },
        perNode("Uptime", "s", "rabbitmq_erlang_uptime_seconds"),
        perNode("Connections", "short", "rabbitmq_connections"),
        perNode(
          "Run queue",
          "short",
          "rabbitmq_erlang_scheduler_run_queue",
          undefined,
          "Erlang processes that wait for a CPU. Above the number of CPUs, the node needs more.",
        ),
        perNode(
          "Commit latency of the metadata",
          "s",
          "rabbitmq_raft_commit_latency_seconds",
          undefined,
          "Khepri's latest commit: a change of queues, bindings, users or policies.",
        ),
        {
          kind: "timeseries",
          title: "Elections",
          description: "A node that was away, or a slow disk or network, makes members elect a leader.",
          unit: "reqps",
          queries: [{ expr: rate(`rabbitmq_raft_elections${ofBroker()}`, "pod"), legend: "{{pod}}" }],
        },
        {
          kind: "timeseries",
          title: "Leaders of queues",
          description: "Leaders on one node only make it do most of the work.",
          unit: "short",
          queries: [
            {
              expr: `count by (pod) (rabbitmq_detailed_queue_info${ofBroker('membership="leader"')})`,
              legend: "{{pod}}",
            },
          ],
        },
      ],
    },
    {
      title: "Messages",
      columns: 3,
      panels: [
        rates("Publishing", {
          published: "rabbitmq_global_messages_received_total",
          confirmed: "rabbitmq_global_messages_confirmed_total",
          unroutable: "rabbitmq_global_messages_unroutable_returned_total",
        }),
        rates("Consuming", {
          delivered: "rabbitmq_global_messages_delivered_total",
          acknowledged: "rabbitmq_global_messages_acknowledged_total",
          redelivered: "rabbitmq_global_messages_redelivered_total",
        }),
        rates(
          "Dead letters",
          {
            rejected: "rabbitmq_global_messages_dead_lettered_rejected_total",
            "delivery limit": "rabbitmq_global_messages_dead_lettered_delivery_limit_total",
            expired: "rabbitmq_global_messages_dead_lettered_expired_total",
          },
          "Expired messages include delayed tasks that became due.",
        ),
      ],
    },
    {
      title: "Queues",
      columns: 3,
      panels: [
        perQueue("Ready", "rabbitmq_detailed_queue_messages_ready"),
        perQueue("Unacknowledged", "rabbitmq_detailed_queue_messages_unacked"),
        perQueue("Consumers", "rabbitmq_detailed_queue_consumers"),
        {
          kind: "timeseries",
          title: "Age of the oldest dead letter",
          unit: "s",
          queries: [
            {
              expr: `max by (vhost) (ha_celery_dead_letters_oldest_seconds${ofBroker()})`,
              legend: "{{vhost}}",
            },
          ],
        },
      ],
    },
  ],
};
