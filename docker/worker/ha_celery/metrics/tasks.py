"""Counts of a worker's tasks by task and queue, taken in the main process by their requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from billiard.einfo import ExceptionWithTraceback
from celery.exceptions import Ignore
from celery.utils.log import get_logger

from ha_celery.held import HeldRequest
from ha_celery.message import PUBLISHED
from ha_celery.metrics.histogram import Histogram, cumulative
from ha_celery.metrics.server import Families
from ha_celery.metrics.table import QUEUE_WAIT, RUNTIME, TASK_COUNTERS, TASK_SECONDS, UNKNOWN

logger = get_logger(__name__)

#: Consumer tags that are remembered for each task. A consumer with another prefetch has a new one.
MOST_TAGS = 100


def _log(error: Exception) -> None:
    """Logs an error of the metrics. Raised, it would keep Celery from acknowledging the task."""
    logger.error("a task is missing in the metrics: %r", error, exc_info=error)


class TaskCounts:
    """Counts of one task in one queue. The threads of a pool share them."""

    def __init__(self) -> None:
        """Begins with 0 of everything, so that the first event is an increase."""
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(TASK_COUNTERS, 0)
        self._runtime = Histogram(TASK_SECONDS)
        self._queue_wait = Histogram(TASK_SECONDS)

    def add(self, name: str) -> None:
        """Counts an event of TASK_COUNTERS."""
        with self._lock:
            self._counts[name] += 1

    def started(self, queue_wait: float | None) -> None:
        """Counts a task that begins to run."""
        with self._lock:
            self._counts["started"] += 1
            if queue_wait is not None:
                self._queue_wait.observe(queue_wait)

    def ran(self, seconds: float, outcome: str | None = None) -> None:
        """Counts the duration of a task, and its outcome if that is known."""
        with self._lock:
            self._runtime.observe(seconds)
            if outcome:
                self._counts[outcome] += 1

    def read(self) -> tuple[dict[str, int], tuple[list[int], float], tuple[list[int], float]]:
        """Returns the counters, and buckets and sums of the runtime and of the queue wait."""
        with self._lock:
            runtime, wait = self._runtime, self._queue_wait
            return (
                dict(self._counts),
                (list(runtime.buckets), runtime.total),
                (list(wait.buckets), wait.total),
            )


class TaskMetrics:
    """Counts of all tasks of a worker."""

    def __init__(self, queues: Callable[[], dict[str, str]]) -> None:
        """Asks `queues` for the queues by consumer tag when a message has a new one."""
        self._read_queues = queues
        self._queues: dict[str, str] = {}
        self._counts: dict[tuple[str, str], TaskCounts] = {}

    def of(self, task: str, queue: str) -> TaskCounts:
        """Returns the counts of a task in a queue."""
        key = (task, queue)
        return self._counts.get(key) or self._counts.setdefault(key, TaskCounts())

    def queue_of(self, tag: str | None) -> str | None:
        """Returns the queue of a consumer tag; None if it is no queue of tasks.

        The routing key of a message does not tell it, because other publishers may use any.
        """
        if tag not in self._queues:
            self._queues = self._read_queues()
        return self._queues.get(tag or "")

    def refused(self, arguments: tuple[Any, ...]) -> None:
        """Counts a message that the worker cannot run, from the arguments of a handler of Celery's."""
        try:
            # Most handlers take the body first.
            message = next(each for each in arguments if hasattr(each, "delivery_info"))
            queue = self.queue_of(message.delivery_info.get("consumer_tag"))
            if queue is not None:
                counts = self.of(UNKNOWN, queue)
                counts.add("received")
                counts.add("rejected")
        except Exception as error:
            _log(error)

    def collect(self, families: Families) -> None:
        """Adds the metrics of all tasks."""
        rows = [(labels, *counts.read()) for labels, counts in self._counts.copy().items()]
        for name, metric in TASK_COUNTERS.items():
            families.values(metric, [(labels, counts[name]) for labels, counts, _, _ in rows])
        families.histograms(RUNTIME, [_histogram(labels, runtime) for labels, _, runtime, _ in rows])
        families.histograms(QUEUE_WAIT, [_histogram(labels, wait) for labels, _, _, wait in rows])


def _histogram(
    labels: tuple[str, ...], read: tuple[list[int], float]
) -> tuple[tuple[str, ...], list[tuple[str, float]], float]:
    buckets, total = read
    return labels, cumulative(TASK_SECONDS, buckets), total


class CountsByTag(dict[Any, TaskCounts]):
    """Counts of one task, by the consumer tag of its messages: one lookup for each."""

    def __init__(self, metrics: TaskMetrics, task: str) -> None:
        """Adds what is missing to these metrics."""
        super().__init__()
        self._metrics = metrics
        self._task = task

    def __missing__(self, tag: str | None) -> TaskCounts:
        """Returns the counts of a queue whose message is the first one."""
        queue = self._metrics.queue_of(tag)
        counts = self._metrics.of(self._task, queue or UNKNOWN)
        if queue is not None:
            if len(self) >= MOST_TAGS:
                self.clear()
            self[tag] = counts
        return counts


class MeasuredRequest(HeldRequest):
    """Request that counts what becomes of its task: one outcome, whatever Celery calls."""

    #: Of the task's registered name, because the name of a request is what its caller chooses.
    counts_by_tag: ClassVar[CountsByTag]
    _counts: TaskCounts
    _ended = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Measures the `on_success` that Celery adds to each task's class, which does not call ours."""
        super().__init_subclass__(**options)
        if "on_success" in vars(cls):
            cls.on_success = _measured(cls.on_success)

    def on_received(self, message: Any) -> None:
        """Counts a received task."""
        try:
            self._counts = self.counts_by_tag[message.delivery_info.get("consumer_tag")]
            self._counts.add("received")
        except Exception as error:
            _log(error)

    def on_accepted(self, pid: int, time_accepted: float) -> None:
        """Counts a task that begins to run."""
        super().on_accepted(pid, time_accepted)
        try:
            self._counts.started(self._queue_wait())
        except Exception as error:
            _log(error)

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """Counts a task that exceeds its own time limit as failed."""
        super().on_timeout(soft, timeout)
        if not soft:
            self._ran(timeout)
            self._end("failed")

    def on_retry(self, exc_info: Any) -> None:
        """Counts a task that has published its retry."""
        self._end("retried")
        super().on_retry(exc_info)

    def on_failure(self, exc_info: Any, *args: Any, **options: Any) -> None:
        """Counts all other ends of a task."""
        super().on_failure(exc_info, *args, **options)
        error = exc_info.exception
        if isinstance(error, ExceptionWithTraceback):
            error = error.exc
        self._end("discarded" if isinstance(error, Ignore) else "failed")

    def reject(self, requeue: bool = False) -> None:
        """Counts a task that returns to its queue or becomes a dead letter."""
        if not self.acknowledged:
            self._end("returned" if requeue else "rejected")
        super().reject(requeue=requeue)

    def _announce_cancelled(self, *args: Any, **options: Any) -> None:
        super()._announce_cancelled(*args, **options)
        # Celery cancels the tasks of a lost connection, which the broker returns.
        self._end("returned")

    def _announce_revoked(self, *args: Any) -> None:
        super()._announce_revoked(*args)
        # Unless it has expired, and is a dead letter by now.
        self._end("discarded")

    def _success_was_stored(self) -> Any:
        stored = super()._success_was_stored()
        if stored:
            self._end("succeeded")
        return stored

    def _ran(self, seconds: float) -> None:
        try:
            self._counts.ran(seconds)
        except Exception as error:
            _log(error)

    def _end(self, outcome: str) -> None:
        if self._ended:
            return
        self._ended = True
        try:
            self._counts.add(outcome)
        except Exception as error:
            _log(error)

    def _queue_wait(self) -> float | None:
        published = self._request_dict.get(PUBLISHED)
        start: float | None = self.time_start
        # Other publishers may set anything.
        if not isinstance(published, int) or start is None:
            return None
        due: float = published / 1000
        if self._eta:
            due = max(due, self._eta.timestamp())
        # The publisher's clock may be ahead.
        return max(start - due, 0.0)


def _measured(on_success: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(on_success)
    def measured(self: MeasuredRequest, failed__retval__runtime: Any, **options: Any) -> Any:
        failed, _, seconds = failed__retval__runtime
        if failed:
            # Celery measures only tasks that succeed.
            self._ran(time.time() - self.time_start if self.time_start else 0.0)
        else:
            self._ended = True
            try:
                self._counts.ran(seconds, "succeeded")
            except Exception as error:
                _log(error)
        return on_success(self, failed__retval__runtime, **options)

    return measured
