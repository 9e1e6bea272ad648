"""Metrics of a worker. They need neither remote control nor events."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import celery
from celery import bootsteps
from celery.utils.imports import symbol_by_name
from celery.utils.log import get_logger
from celery.worker import state

from ha_celery import internals, versions
from ha_celery.metrics import publishes
from ha_celery.metrics.server import Families, serve
from ha_celery.metrics.table import CONNECTED, INFO, PREFETCHED, RECONNECTS, SLOTS, SLOTS_BUSY
from ha_celery.metrics.tasks import CountsByTag, MeasuredRequest, TaskMetrics
from ha_celery.requests import Requests, limit, prepare_tasks

logger = get_logger(__name__)

#: Handlers of Celery's consumer for messages that it cannot run.
REFUSALS = ("on_unknown_message", "on_unknown_task", "on_invalid_task", "on_decode_error")


class WorkerMetrics:
    """Metrics of one worker."""

    def __init__(self, worker: Any) -> None:
        """Counts nothing yet."""
        self._worker = worker
        self._consumer: Any = None
        self._connected = False
        self._connections = 0
        self.tasks = TaskMetrics(self._queues)
        # Before the pool forks its processes.
        self._publishes = publishes.count()

    def connected(self, consumer: Any) -> None:
        """Counts a connection to the broker."""
        self._consumer = consumer
        self._connected = True
        self._connections += 1

    def disconnected(self) -> None:
        """Notes a lost or closed connection."""
        self._connected = False

    def collect(self, families: Families) -> None:
        """Adds all metrics."""
        self.tasks.collect(families)
        self._publishes.collect(families, self._worker.pool.num_processes)
        families.values(INFO, [((celery.__version__,), 1)])
        busy = len(state.active_requests)
        families.value(SLOTS, self._worker.pool.num_processes)
        families.value(SLOTS_BUSY, busy)
        # Reserved are the running tasks, too.
        families.value(PREFETCHED, max(len(state.reserved_requests) - busy, 0))
        families.value(CONNECTED, int(self._connected))
        families.value(RECONNECTS, max(self._connections - 1, 0))

    def _queues(self) -> dict[str, str]:
        # Messages may arrive before `connected`.
        consumer = self._worker.consumer
        if not consumer.task_consumer:
            return {}
        prefetch = getattr(consumer, "prefetch", None)
        active = {tag: queue for queue, tag in consumer.task_consumer._active_tags.items()}
        return active | (prefetch.former_tags if prefetch else {})


def _metrics_of(worker: Any) -> WorkerMetrics | None:
    metrics: WorkerMetrics | None = getattr(worker, "ha_celery_metrics", None)
    return metrics


class ServeMetrics(bootsteps.StartStopStep):
    """Worker step that serves the metrics before the worker connects, and until it ends."""

    # A pool without a server's thread is safer to fork.
    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        """Prepares the metrics before the consumer and the processes of the pool exist."""
        super().__init__(worker, **options)
        self._port: int = worker.app.conf.get("ha_celery_metrics_port") or 0
        self.enabled = bool(self._port) and _are_possible()
        if self.enabled:
            worker.ha_celery_metrics = WorkerMetrics(worker)

    def start(self, worker: Any) -> None:
        """Starts the server. Without `stop`: a worker that finishes its tasks is of interest, too."""
        metrics = _metrics_of(worker)
        if metrics:
            serve(self._port, metrics.collect)


def _are_possible() -> bool:
    missing = internals.missing(internals.METRICS)
    if missing:
        logger.warning("no metrics are served: %s lack %s", versions.installed_text(), ", ".join(missing))
    return not missing


class MeasureTasks(bootsteps.StartStopStep):
    """Consumer step that counts tasks, and starts and stops with every connection to the broker."""

    # Outermost, so that it sees what the others decide.
    requires = (Requests, "celery.worker.consumer.tasks:Tasks")

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Prepares the requests of all tasks, before any message arrives."""
        super().__init__(consumer, **options)
        self._metrics = _metrics_of(consumer.controller)
        self.enabled = self._metrics is not None
        if self._metrics is None:
            return
        prepare_tasks(consumer, partial(measure, metrics=self._metrics.tasks))
        for name in REFUSALS:
            setattr(consumer, name, _counted(getattr(consumer, name), self._metrics.tasks))

    def start(self, consumer: Any) -> None:
        """Counts a connection."""
        if self._metrics:
            self._metrics.connected(consumer)

    def stop(self, consumer: Any) -> None:  # noqa: ARG002 - Celery's signature
        """Notes a lost or closed connection."""
        if self._metrics:
            self._metrics.disconnected()


def measure(task: Any, metrics: TaskMetrics) -> None:
    """Adds MeasuredRequest to the Request class of a task."""
    # First, so that the class of a task that is imported later is also the outermost.
    limit(task)
    base = symbol_by_name(task.Request)
    # Those of an earlier worker in this process.
    base = getattr(base, "unmeasured", base)
    attributes = {"counts_by_tag": CountsByTag(metrics, task.name), "unmeasured": base}
    task.Request = type(base.__name__, (MeasuredRequest, base), attributes)


def _counted(handle: Callable[..., Any], metrics: TaskMetrics) -> Callable[..., Any]:
    def counted(*args: Any) -> Any:
        metrics.refused(args)
        return handle(*args)

    return counted
