"""All metrics. docs/reference/metrics.md shows this table, and tests/test_metrics_page.py compares both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Upper limits of the buckets of task durations, in seconds. Each is a series per task and queue.
TASK_SECONDS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0, 1800.0)
#: Upper limits of the buckets of publishing, in seconds.
PUBLISH_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 25.0)

#: Label values of messages that are no task of this app.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Metric:
    """One row of the table."""

    name: str
    type: Literal["counter", "gauge", "histogram"]
    meaning: str
    labels: tuple[str, ...] = ()


def _of_task(name: str, kind: Literal["counter", "histogram"], meaning: str) -> Metric:
    return Metric(name, kind, meaning, ("task", "queue"))


def _outcome(name: str, meaning: str) -> Metric:
    return _of_task(f"ha_celery_tasks_{name}_total", "counter", meaning)


#: Counters of `TaskCounts`, in the order of its slots.
TASK_COUNTERS = {
    "received": _outcome("received", "Messages that the worker received, redelivered ones included."),
    "started": _outcome("started", "Tasks that began to run."),
    "succeeded": _outcome("succeeded", "Tasks that returned a value."),
    "failed": _outcome("failed", "Tasks that raised an error or exceeded their own time limit."),
    "retried": _outcome("retried", "Tasks that published their retry."),
    "rejected": _outcome(
        "rejected", "Messages that became dead letters: rejected, expired, unknown or unreadable."
    ),
    "returned": _outcome(
        "returned",
        "Tasks that returned to their queue: over the pool's time limit, with a lost process or connection,"
        " rejected with `requeue`, or because they waited behind tasks that take long.",
    ),
    "discarded": _outcome("discarded", "Tasks that were revoked or raised `Ignore`."),
}
RUNTIME = _of_task(
    "ha_celery_task_runtime_seconds",
    "histogram",
    "Duration of tasks that succeeded, failed, retried, or exceeded a time limit.",
)
QUEUE_WAIT = _of_task(
    "ha_celery_task_queue_wait_seconds",
    "histogram",
    "Time from publishing, or from the end of a delay, until the task began to run. Only of tasks with the"
    " header `timestamp_in_ms`, which this package sets. A task that returned to its queue counts again, from"
    " the same time.",
)

INFO = Metric("ha_celery_worker_info", "gauge", "1, with the version of Celery.", ("celery",))
SLOTS = Metric("ha_celery_worker_slots", "gauge", "Tasks that the worker can run at a time.")
SLOTS_BUSY = Metric("ha_celery_worker_slots_busy", "gauge", "Tasks that run.")
PREFETCHED = Metric("ha_celery_worker_tasks_prefetched", "gauge", "Tasks that wait for a slot.")
CONNECTED = Metric(
    "ha_celery_worker_connected", "gauge", "1 while the worker consumes from its queues, or 0."
)
RECONNECTS = Metric(
    "ha_celery_worker_reconnects_total", "counter", "Connections to the broker after the first one."
)

PUBLISH = Metric(
    "ha_celery_publish_seconds",
    "histogram",
    "Time from a publishing call until the broker's confirm, repetitions included. `_count` is the number of"
    " confirmed tasks.",
)
PUBLISH_FAILED_ATTEMPTS = Metric(
    "ha_celery_publish_failed_attempts_total",
    "counter",
    "Attempts without a confirm. Another one follows while the call has time left.",
)
PUBLISH_FAILED = Metric(
    "ha_celery_publish_failed_total", "counter", "Publishing calls that ended with an error."
)
PUBLISH_UNDER_WAY = Metric(
    "ha_celery_publish_under_way", "gauge", "Publishing calls that have not returned yet."
)

LAST_TICK = Metric(
    "ha_celery_beat_last_tick_timestamp_seconds",
    "gauge",
    "Time of beat's last tick, at most 5 s ago unless it waits for the broker.",
)
OVERDUE = Metric(
    "ha_celery_beat_overdue_entries",
    "gauge",
    "Entries whose task the broker has not confirmed. Only of the default scheduler.",
)

#: Process -> metrics, in the order of the page.
TABLE = {
    "workers": (
        *TASK_COUNTERS.values(),
        RUNTIME,
        QUEUE_WAIT,
        INFO,
        SLOTS,
        SLOTS_BUSY,
        PREFETCHED,
        CONNECTED,
        RECONNECTS,
    ),
    "beat": (LAST_TICK, OVERDUE),
    "workers and beat": (PUBLISH, PUBLISH_FAILED_ATTEMPTS, PUBLISH_FAILED, PUBLISH_UNDER_WAY),
}
