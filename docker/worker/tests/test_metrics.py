"""Metrics of a worker, with Celery's own requests. Those of real workers are in test_metrics_broker.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from billiard.einfo import ExceptionInfo
from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import Celery
from celery.exceptions import Ignore, Reject, Retry
from celery.utils import uuid
from celery.worker.request import create_request_cls
from celery.worker.state import revoked as revoked_tasks
from kombu import Message
from metrics_samples import samples

from ha_celery import Settings, configure
from ha_celery.message import PUBLISHED
from ha_celery.metrics.server import Families
from ha_celery.metrics.table import QUEUE_WAIT, RUNTIME, UNKNOWN
from ha_celery.metrics.tasks import TaskMetrics
from ha_celery.metrics.worker import measure
from ha_celery.requests import Requests, limit

QUEUE = "tasks"


def work() -> None: ...


def later() -> None: ...


class Worker:
    """Requests of one task, and their metrics."""

    def __init__(self, **options: Any) -> None:
        self.app = Celery("proj", set_as_current=False)
        configure(self.app, Settings("amqp://u:p@h/v", longest_task_seconds=60))
        self.task = self.app.task(work, name="work", shared=False, **options)
        Requests(SimpleNamespace(app=self.app, on_decode_error=None, update_strategies=lambda: None))
        self.metrics = TaskMetrics({"1": QUEUE}.copy)
        measure(self.task, self.metrics)

    def message(self, **headers: Any) -> Any:
        headers = {"id": uuid(), "task": "work", "timelimit": [None, None]} | headers
        message = Message(body=b"[[], {}, {}]", headers=headers, content_type="application/json")
        message.delivery_info = {"exchange": "", "routing_key": "any", "consumer_tag": "1"}
        return message

    def request(self, **headers: Any) -> Any:
        pool = SimpleNamespace(apply_async=None)
        request = create_request_cls(self.task.Request, self.task, pool, "worker", None, app=self.app)
        return request(
            self.message(**headers),
            on_ack=lambda *_: None,
            on_reject=lambda *_: None,
            app=self.app,
            task=self.task,
        )

    def running(self, **headers: Any) -> Any:
        request = self.request(**headers)
        request.on_accepted(1, time.monotonic())
        return request

    @property
    def counts(self) -> dict[str, float]:
        """Counters that are not 0, by their short name."""
        return {
            name.removeprefix("ha_celery_tasks_").removesuffix("_total"): value
            for name, value in samples(self.metrics.collect).items()
            if name.endswith("_total") and value
        }

    def value(self, name: str) -> float:
        return samples(self.metrics.collect)[name]


def info(error: BaseException) -> ExceptionInfo:
    try:
        raise error
    except BaseException:
        return ExceptionInfo()


def succeed(request: Any) -> None:
    request.on_success((0, None, 0.2))


def end(error: BaseException) -> Callable[[Any], None]:
    """Ends a task with an error that its process reports."""
    return lambda request: request.on_success((1, info(error), None))


def lose(request: Any) -> None:
    request.on_failure(info(WorkerLostError("lost")))


def exceed(seconds: float) -> Callable[[Any], None]:
    """Does what billiard does: the callback of the failure, and then that of the timeout."""

    def both(request: Any) -> None:
        request.on_failure(info(TimeLimitExceeded(seconds)))
        request.on_timeout(soft=False, timeout=seconds)

    return both


def cancel(request: Any) -> None:
    """Ends a task whose connection is lost."""
    request.cancel(SimpleNamespace(terminate_job=lambda *_: None))
    request.on_failure(info(WorkerLostError("terminated")))


@pytest.mark.parametrize(
    ("become", "outcome"),
    [
        (succeed, "succeeded"),
        (end(ValueError("wrong")), "failed"),
        (end(Retry(exc=ValueError("wrong"))), "retried"),
        (end(Reject("no", requeue=False)), "rejected"),
        (end(Reject("again", requeue=True)), "returned"),
        (end(Ignore()), "discarded"),
        (lose, "returned"),
        (exceed(60), "returned"),
        (cancel, "returned"),
    ],
)
def test_a_task_has_one_outcome(become: Callable[[Any], None], outcome: str) -> None:
    worker = Worker()
    become(worker.running())
    assert worker.counts == {"received": 1, "started": 1, outcome: 1}


def test_a_tasks_own_limit_fails_it_and_counts_as_its_runtime() -> None:
    worker = Worker(time_limit=3)
    exceed(3)(worker.running())
    assert worker.counts == {"received": 1, "started": 1, "failed": 1}
    assert worker.value(f"{RUNTIME.name}_sum") == 3


def test_a_soft_limit_is_no_outcome() -> None:
    worker = Worker()
    worker.running().on_timeout(soft=True, timeout=3)
    assert worker.counts == {"received": 1, "started": 1}


def test_an_expired_task_is_a_dead_letter() -> None:
    worker = Worker()
    request = worker.request(expires=(datetime.now(timezone.utc) - timedelta(seconds=1)).isoformat())
    assert request.revoked()
    assert worker.counts == {"received": 1, "rejected": 1}


def test_a_revoked_task_is_discarded() -> None:
    worker = Worker()
    request = worker.request()
    revoked_tasks.add(request.id)
    assert request.revoked()
    assert worker.counts == {"received": 1, "discarded": 1}


def test_a_task_that_acknowledges_early_succeeds() -> None:
    worker = Worker(acks_late=False)
    succeed(worker.running())
    assert worker.counts == {"received": 1, "started": 1, "succeeded": 1}


def test_a_task_that_fails_has_the_runtime_since_its_start() -> None:
    worker = Worker()
    request = worker.running()
    request.time_start -= 7
    end(ValueError("wrong"))(request)
    assert 7 <= worker.value(f"{RUNTIME.name}_sum") < 8
    assert worker.value(f"{RUNTIME.name}_bucket <= 5.0") == 0
    assert worker.value(f"{RUNTIME.name}_bucket <= 10.0") == 1


def ago(seconds: float) -> int:
    return int((time.time() - seconds) * 1000)


def test_the_queue_wait_begins_when_the_task_is_published() -> None:
    worker = Worker()
    worker.running(**{PUBLISHED: ago(20)})
    assert worker.value(f"{QUEUE_WAIT.name}_count") == 1
    assert 19 < worker.value(f"{QUEUE_WAIT.name}_sum") < 22


def test_the_queue_wait_of_a_delayed_task_begins_when_it_is_due() -> None:
    worker = Worker()
    due = datetime.now(timezone.utc) - timedelta(seconds=5)
    worker.running(**{PUBLISHED: ago(3600), "eta": due.isoformat()})
    assert 4 < worker.value(f"{QUEUE_WAIT.name}_sum") < 7


def test_a_publisher_whose_clock_is_ahead_adds_no_negative_wait() -> None:
    worker = Worker()
    worker.running(**{PUBLISHED: ago(-3600)})
    assert worker.value(f"{QUEUE_WAIT.name}_count") == 1
    assert worker.value(f"{QUEUE_WAIT.name}_sum") == 0


@pytest.mark.parametrize("headers", [{}, {PUBLISHED: "yesterday"}, {PUBLISHED: None}])
def test_a_task_without_a_time_of_publishing_has_no_queue_wait(headers: dict[str, Any]) -> None:
    worker = Worker()
    worker.running(**headers)
    assert worker.value(f"{QUEUE_WAIT.name}_count") == 0
    assert worker.counts == {"received": 1, "started": 1}


def test_a_name_that_the_caller_chooses_is_no_label() -> None:
    worker = Worker()
    worker.request(shadow="mail to somebody@example.com")
    assert worker.counts == {"received": 1}


def test_messages_that_cannot_run_share_one_label() -> None:
    worker = Worker()
    for number in range(3):
        worker.metrics.refused((None, worker.message(task=f"unknown.{number}"), KeyError()))
    families = Families()
    worker.metrics.collect(families)
    labels = {sample.labels["task"] for family in families.all for sample in family.samples}
    assert labels == {UNKNOWN}


def test_a_command_of_remote_control_is_no_task() -> None:
    worker = Worker()
    command = worker.message()
    command.delivery_info["consumer_tag"] = "of another queue"
    worker.metrics.refused((command, ValueError()))
    assert samples(worker.metrics.collect) == {}


def test_an_error_of_the_metrics_changes_nothing_for_the_task(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker()

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(TaskMetrics, "of", broken)
    request = worker.running()
    succeed(request)
    assert request.acknowledged
    assert "a task is missing in the metrics: RuntimeError('broken')" in caplog.text


def test_a_second_worker_of_the_process_has_its_own_metrics() -> None:
    worker = Worker()
    first, worker.metrics = worker.metrics, TaskMetrics({"1": QUEUE}.copy)
    measure(worker.task, worker.metrics)
    worker.running()
    assert worker.counts == {"received": 1, "started": 1}
    assert samples(first.collect) == {}


def test_a_task_that_a_pool_restart_imports_is_counted_outermost() -> None:
    worker = Worker()
    task = worker.app.task(later, name="later", shared=False)
    measure(task, worker.metrics)
    assert [kind.__name__ for kind in task.Request.__mro__[1:3]] == ["MeasuredRequest", "Request"]
    limit(task)
    assert task.Request.__mro__[1].__name__ == "MeasuredRequest"
