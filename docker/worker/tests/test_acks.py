"""Content and time of the acknowledgements sent to the broker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from amqp import spec
from billiard.exceptions import Terminated
from celery import VERSION, Celery
from celery.concurrency import prefork
from celery.worker import state
from kombu.asynchronous import Hub
from kombu.message import Message
from vine import promise

from ha_celery.acks import MAX_POLLS, Acks
from ha_celery.requests import PoolLimit


def work() -> None: ...


class Channel:
    """Records what is sent to the broker."""

    no_ack_consumers = None

    def __init__(self) -> None:
        self.sent: list[tuple[str, int, bool]] = []

    def basic_ack(self, tag: int, multiple: bool = False) -> None:
        self.sent.append(("ack", tag, multiple))

    def basic_reject(self, tag: int, requeue: bool) -> None:
        self.sent.append(("reject", tag, requeue))

    def send_method(self, method: Any, _: str, arguments: tuple[int, bool, bool]) -> None:
        assert method == spec.Basic.Nack
        self.sent.append(("nack", *arguments[:2]))


class Clock:
    """Fake of the event loop's timer."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []
        self.cancelled = 0

    def call_later(self, _seconds: float, fun: Callable[[], None]) -> Any:
        self.waiting.append(fun)
        return self

    def poll(self) -> None:
        self.waiting.pop()()

    def cancel(self) -> None:
        self.cancelled += 1


class Worker:
    """Five delivered messages and one slot; three are acknowledged at a time."""

    def __init__(self) -> None:
        self.channel, self.clock, self.running = Channel(), Clock(), True
        self.acks = Acks(self.clock.call_later, lambda: self.running)
        self.acks.resize(6, 1)
        self.messages = [self.deliver(tag) for tag in range(1, 6)]

    def deliver(self, tag: int, **content: Any) -> Message:
        message = Message(delivery_tag=tag, channel=self.channel, **content)
        self.acks.delivered(message)
        return message

    def request(self, app: Celery, tag: int, **options: Any) -> PoolLimit:
        """A task that the worker has received."""
        task = app.task(work, name=f"task {tag}", shared=False, **options)
        headers = {"id": str(tag), "task": task.name}
        message = self.deliver(tag, body="[[], {}, {}]", content_type="application/json", headers=headers)
        ack = message.ack_log_error
        return PoolLimit(message, app=app, task=task, on_ack=ack, on_reject=message.reject_log_error)

    def finish(self, *tags: int) -> None:
        for tag in tags:
            self.messages[tag - 1].ack_log_error(None, ())


@pytest.fixture
def worker() -> Iterator[Worker]:
    yield Worker()
    state.reset_state()


def test_a_full_batch_is_one_frame(worker: Worker) -> None:
    worker.finish(2, 1)
    assert worker.channel.sent == []
    worker.finish(3)
    assert worker.channel.sent == [("ack", 3, True)]
    assert worker.clock.cancelled == 1


def test_a_running_task_is_not_acknowledged_with_those_that_overtook_it(worker: Worker) -> None:
    worker.finish(1, 3, 4)
    assert worker.channel.sent == [("ack", 1, True)]
    worker.acks.flush()
    assert worker.channel.sent[1:] == [("ack", 3, False), ("ack", 4, False)]
    worker.finish(2, 5)
    assert worker.channel.sent[3:] == [("ack", 5, True)], "2 to 5, of which 3 and 4 are settled"


def test_those_that_overtook_a_task_go_with_it_when_it_ends_soon(worker: Worker) -> None:
    worker.finish(2, 3)
    worker.clock.poll()
    assert worker.channel.sent == []
    worker.finish(1)
    assert worker.channel.sent == [("ack", 3, True)]
    assert worker.clock.cancelled == 1


def test_they_go_without_it_when_nothing_waits_for_a_slot(worker: Worker) -> None:
    worker.finish(2, 3, 4, 5)
    assert worker.channel.sent == []
    worker.clock.poll()
    assert worker.channel.sent == [("ack", tag, False) for tag in (2, 3, 4, 5)]
    assert worker.clock.waiting == []


def test_they_go_without_it_when_it_takes_long_whatever_waits(worker: Worker) -> None:
    # For example, one with a countdown of an hour.
    worker.finish(2)
    for _ in range(MAX_POLLS - 1):
        worker.clock.poll()
        assert worker.channel.sent == []
    worker.clock.poll()
    assert worker.channel.sent == [("ack", 2, False)]
    assert worker.clock.waiting == []


def test_less_than_a_batch_waits_as_long_as_others_keep_the_slots_busy(worker: Worker) -> None:
    worker.finish(1)
    for _ in range(MAX_POLLS - 1):
        worker.clock.poll()
        assert worker.channel.sent == []
    worker.clock.poll()
    assert worker.channel.sent == [("ack", 1, True)]
    assert worker.clock.waiting == []


def test_with_one_task_per_slot_nothing_waits(worker: Worker) -> None:
    worker.acks.resize(1, 6)
    worker.finish(2)
    assert worker.channel.sent == [("ack", 2, False)]


def test_a_message_that_was_returned_is_not_waited_for(worker: Worker) -> None:
    for message in worker.messages[2:]:
        message.reject_log_error(None, (), requeue=True)
    worker.finish(1)
    worker.channel.sent.clear()
    worker.clock.poll()
    assert worker.channel.sent == [("ack", 1, True)]


def test_the_last_task_that_a_worker_holds_waits_for_nothing(worker: Worker) -> None:
    worker.finish(1, 2, 3)
    worker.finish(5)
    worker.finish(4)
    assert worker.channel.sent == [("ack", 3, True), ("ack", 5, True)]


def test_a_rejected_message_goes_back_at_once_and_is_not_acknowledged(worker: Worker) -> None:
    worker.messages[0].reject_log_error(None, (), requeue=True)
    worker.finish(2, 3, 4)
    assert worker.channel.sent == [("reject", 1, True), ("ack", 4, True)]


def test_a_worker_that_shuts_down_acknowledges_at_once(worker: Worker) -> None:
    worker.finish(1)
    worker.running = False
    worker.finish(2)
    assert worker.channel.sent == [("ack", 2, True)]


@pytest.mark.skipif(VERSION < (5, 7), reason="Celery acknowledges nothing while it waits for the last tasks")
def test_celery_acknowledges_finished_tasks_while_a_worker_waits_for_its_last_ones(worker: Worker) -> None:
    worker.running = False
    hub = Hub()
    try:
        hub.call_soon(promise(worker.messages[1].ack_log_error, (None, ())))
        prefork._run_ready_callbacks(hub)
    finally:
        hub.close()
    assert worker.channel.sent == [("ack", 2, False)]


def test_nothing_is_kept_of_tasks_that_overtook_a_long_one(worker: Worker) -> None:
    for tag in range(6, 1006):
        worker.deliver(tag).ack_log_error(None, ())
    worker.acks.flush()
    assert len(worker.channel.sent) == 1000
    assert not any(multiple for _, _, multiple in worker.channel.sent), "1 to 5 still run"
    assert len(worker.acks._delivered) == 5


@pytest.mark.parametrize("way", ["reject", "give back", "bystander"])
def test_nothing_is_kept_of_tasks_that_were_returned_while_a_long_one_runs(
    worker: Worker, app: Celery, way: str
) -> None:
    for tag in range(6, 16):
        request = worker.request(app, tag)
        if way == "reject":
            request.reject(requeue=True)
        elif way == "give back":
            request.give_back()
        else:
            request.on_failure(SimpleNamespace(exception=Terminated(15)))
    assert [tag for _, tag, _ in worker.channel.sent] == list(range(6, 16))
    assert len(worker.acks._delivered) == 5


def test_a_message_whose_reject_was_not_written_is_kept(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError

    monkeypatch.setattr(worker.channel, "basic_reject", fail)
    worker.messages[0].reject_log_error(logging.getLogger(), (OSError,))
    worker.finish(2, 3, 4)
    assert worker.channel.sent == []


@pytest.mark.parametrize("late", [False, True])
def test_a_task_that_is_acknowledged_early_waits_for_nothing(worker: Worker, app: Celery, late: bool) -> None:
    request = worker.request(app, 6, acks_late=late)
    worker.finish(1)
    request.on_accepted(1, time.monotonic())
    assert worker.channel.sent == ([] if late else [("ack", 1, True), ("ack", 6, False)])
    assert worker.clock.cancelled == (0 if late else 1)
