"""Tasks that a worker gives back when it stops."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from celery import Celery
from celery.app.trace import build_tracer, trace_task_ret
from celery.bootsteps import Blueprint
from celery.concurrency.gevent import TaskPool, Timer
from celery.utils.imports import symbol_by_name
from celery.utils.time import rate
from celery.worker import state
from celery.worker.consumer import Consumer
from celery.worker.request import create_request_cls
from celery.worker.worker import WorkController
from kombu import Message
from kombu.utils.limits import TokenBucket

from ha_celery import held, requests

SLOTS = 2


class Worker:
    """A worker with Celery's gevent pool, timer and rate limits."""

    def __init__(self, app: Celery) -> None:
        self.app = app
        self.ran: list[int] = []
        self.given_back: list[int] = []
        #: Acknowledgements, rejects and events.
        self.sent: list[Any] = []
        self.task = app.task(self.run, name="run", shared=False, send_events=True)
        requests.limit(self.task)
        self.task.__trace__ = build_tracer("run", self.task, app=app)
        self.pool = TaskPool(SLOTS, app=app)
        self.pool.start()
        controller = SimpleNamespace(pool=self.pool)
        self.consumer: Any = SimpleNamespace(
            timer=Timer(),
            pool=self.pool,
            task_consumer=SimpleNamespace(cancel=lambda: None),
            connection_errors=(),
            channel_errors=(),
            _limit_order=0,
            on_task_request=lambda request: WorkController._process_task(controller, request),
            qos=SimpleNamespace(decrement_eventually=lambda: None),
        )
        for name in ("_limit_task", "_limit_move_to_pool", "_schedule_bucket_request", "apply_eta_task"):
            setattr(self.consumer, name, getattr(Consumer, name).__get__(self.consumer))
        self.consumer.steps = [held.GiveBack(self.consumer)]
        self.blueprint = self.consumer.blueprint = Blueprint()
        self.blueprint.start(self.consumer)

    def run(self, tag: int, seconds: float = 0) -> None:
        gevent.sleep(seconds)
        self.ran.append(tag)

    def send_method(self, _: Any, __: str, arguments: tuple[Any, ...]) -> None:
        self.given_back.append(arguments[0])

    def request(self, tag: int, seconds: float = 0) -> Any:
        """A task that the worker has received."""
        base = symbol_by_name(self.task.Request)
        trace = partial(trace_task_ret, app=self.app)
        class_ = create_request_cls(base, self.task, self.pool, "worker", None, trace=trace, app=self.app)
        return class_(
            Message(
                json.dumps([[tag, seconds], {}, {}]),
                tag,
                "application/json",
                "utf-8",
                headers={"id": str(tag), "task": "run"},
                channel=self,
            ),
            app=self.app,
            task=self.task,
            eventer=SimpleNamespace(enabled=True, send=lambda event, **_: self.sent.append(event)),
            on_ack=lambda *_: self.sent.append(("ack", tag)),
            on_reject=lambda *_: self.sent.append(("reject", tag)),
        )


@pytest.fixture
def worker(app: Celery, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setattr(held, "_held", {})
    yield Worker(app)
    state.reset_state()


def test_a_task_that_was_given_back_does_not_run_here_when_its_time_comes(
    worker: Worker, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    bucket = TokenBucket(rate("5/s"), capacity=1)
    for tag in (1, 2):
        worker.consumer._limit_task(worker.request(tag), bucket, 1)
    worker.consumer.timer.call_after(0.2, worker.consumer.apply_eta_task, (worker.request(3),))
    gevent.sleep(0.01)
    worker.blueprint.stop(worker.consumer)
    worker.sent.clear()
    gevent.sleep(0.5)
    assert (worker.ran, worker.given_back) == ([1], [2, 3])
    assert worker.sent == []
    assert not state.reserved_requests
    assert not caplog.records
    assert capfd.readouterr().err == ""


def test_a_task_that_was_given_back_does_not_run_here_when_a_slot_is_free(
    worker: Worker, capfd: pytest.CaptureFixture[str]
) -> None:
    for tag in (1, 2):
        worker.consumer.on_task_request(worker.request(tag, 0.3))
    worker.consumer.timer.call_after(0, worker.consumer.apply_eta_task, (worker.request(3),))
    gevent.sleep(0.02)
    worker.blueprint.stop(worker.consumer)
    worker.sent.clear()
    gevent.sleep(0.8)
    assert (worker.ran, worker.given_back) == ([1, 2], [3])
    assert {entry for entry in worker.sent if isinstance(entry, tuple)} == {("ack", 1), ("ack", 2)}
    assert not state.reserved_requests
    assert capfd.readouterr().err == ""


def test_a_worker_that_stops_for_any_reason_gives_its_tasks_back(worker: Worker) -> None:
    worker.request(1)
    worker.blueprint.restart(worker.consumer)
    assert worker.given_back == [], "the connection is lost"
    # As remote control's `shutdown` does, without a signal.
    worker.blueprint.stop(worker.consumer)
    assert worker.given_back == [1]
