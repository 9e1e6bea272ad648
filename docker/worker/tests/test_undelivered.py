"""A worker to which the broker delivers nothing, although tasks are ready."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from amqp import RecoverableConnectionError, spec
from broker_control import rabbitmqctl
from celery import Celery
from celery.worker import state
from conftest import wait_for
from workers import worker

from ha_celery import held, undelivered
from ha_celery.undelivered import PATIENCE_SECONDS, Undelivered

QUEUE = "mail"


class Worker:
    """A consumer with one queue, whose timers run when the test says so."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._fire: Callable[[], None] | None = None
        self.channel = SimpleNamespace(_callbacks={}, send_method=self._send)
        self.consumer = SimpleNamespace(
            hub=object(),
            connection=SimpleNamespace(transport_cls="amqp", channel=lambda: self.channel),
            timer=SimpleNamespace(call_repeatedly=self._repeat),
            task_consumer=SimpleNamespace(queues=[SimpleNamespace(name=QUEUE)]),
        )
        self.step = Undelivered(self.consumer)
        self.step.start(self.consumer)

    def _repeat(self, _: float, fire: Callable[[], None]) -> Any:
        self._fire = fire
        return SimpleNamespace(cancel=lambda: setattr(self, "_fire", None))

    def _send(self, method: Any, _: str, arguments: tuple[Any, ...]) -> None:
        assert method == spec.Queue.Declare
        assert arguments[2]  # Passive: a queue that does not exist stays away.
        self.asked.append(arguments[1])

    def check(self, ready: int) -> bool:
        """Fires the timer, and answers a question with this number. Returns whether there was one."""
        asked = len(self.asked)
        if self._fire:
            self._fire()
        if len(self.asked) == asked:
            return False
        self.channel._callbacks[spec.Queue.DeclareOk](QUEUE, ready, 1)
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(undelivered.time, "monotonic", lambda: clock.now)
    return clock


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "all_total_count", [0])
    # Other tests leave tasks there.
    monkeypatch.setattr(state, "active_requests", set())
    monkeypatch.setattr(held, "_held", {})


def connects_again_after(of: Worker, clock: SimpleNamespace) -> float:
    start = clock.now
    while clock.now < start + 10_000:
        try:
            of.check(ready=3)
        except RecoverableConnectionError:
            return float(clock.now - start)
        clock.now += 1
    raise AssertionError("never")


def test_connects_again(clock: SimpleNamespace, caplog: pytest.LogCaptureFixture) -> None:
    assert connects_again_after(Worker(), clock) == PATIENCE_SECONDS
    assert "queue 'mail' has 3 tasks, but the broker has delivered none" in caplog.text


def test_an_empty_queue_is_no_reason(clock: SimpleNamespace) -> None:
    idle = Worker()
    for clock.now in range(200):
        # As if other workers took each task before the next answer.
        assert idle.check(ready=clock.now % 20)


def test_a_worker_that_holds_a_task_does_not_ask(
    clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = Worker()
    busy.check(ready=3)
    clock.now = PATIENCE_SECONDS - 1
    monkeypatch.setattr(held, "_held", {1: object()})
    assert not busy.check(ready=3)
    monkeypatch.setattr(held, "_held", {})
    # Its time begins anew.
    assert connects_again_after(busy, clock) == PATIENCE_SECONDS


def test_a_task_whose_request_is_celerys_own_is_held_too(
    clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "active_requests", {object()})
    assert not Worker().check(ready=3)


def test_a_worker_that_has_received_a_task_begins_anew(clock: SimpleNamespace) -> None:
    served = Worker()
    served.check(ready=3)
    clock.now = PATIENCE_SECONDS - 1
    state.all_total_count[0] += 1
    assert not served.check(ready=3)
    assert connects_again_after(served, clock) == PATIENCE_SECONDS


def test_tries_less_and_less_often_until_it_receives_a_task(clock: SimpleNamespace) -> None:
    waiting = Worker()
    pauses = []
    for _ in range(8):
        pauses.append(connects_again_after(waiting, clock))
        waiting.step.stop(waiting.consumer)
        waiting.step.start(waiting.consumer)
    assert pauses == [30, 60, 120, 240, 480, 960, 1800, 1800]
    state.all_total_count[0] += 1
    waiting.check(ready=3)
    assert connects_again_after(waiting, clock) == PATIENCE_SECONDS


@pytest.mark.parametrize("lacking", ["hub", "amqp"])
def test_other_loops_and_transports_are_left_alone(lacking: str) -> None:
    other = Worker()
    other.step.stop(other.consumer)
    if lacking == "hub":
        other.consumer.hub = None
    else:
        other.consumer.connection.transport_cls = "memory"
    other.step.start(other.consumer)
    assert not other.check(ready=3)


@pytest.fixture
def queue() -> str:
    return f"undelivered-{os.getpid()}"


def take_credit(queue: str) -> None:
    """Makes the queue deliver nothing to its consumer, as if it had lost it."""
    rabbitmqctl(
        "eval",
        f"""
        {{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"{queue}">>)),
        Id = amqqueue:get_pid(Q),
        {{ok, {{_, Consumers}}, _}} = ra:local_query(Id, fun rabbit_fifo:query_consumers/1),
        [{{ok, _, _}} = ra:process_command(Id, rabbit_fifo:make_credit(Key, 0, 0, false))
            || Key <- maps:keys(Consumers)].
        """,
    )


@pytest.mark.broker
def test_a_worker_whose_consumer_a_broker_has_lost_runs_its_tasks(
    app: Celery, queue: str, tmp_path: Path
) -> None:
    with worker(tmp_path, (queue,)) as journal:
        take_credit(queue)
        for number in range(20):
            app.send_task("publishing_app.work", (f"task {number}",), queue=queue)
        time.sleep(10)
        assert journal.entries == []
        wait_for(lambda: len({entry["id"] for entry in journal.entries}) == 20, 90)
    assert "the broker has delivered none to this idle worker" in (tmp_path / "worker.log").read_text()
