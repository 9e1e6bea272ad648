"""What the worker's consumer adds to Celery's."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from celery.worker import consumer, state
from celery.worker.autoscale import Autoscaler

from ha_celery import prefork
from ha_celery.consumer import Consumer
from ha_celery.prefork import wait_until_taken
from ha_celery.setting_values import PREFETCH
from ha_celery.transport import Transport


@pytest.fixture(autouse=True)
def no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer.Consumer, "ensure_connected", lambda self, conn: conn)


def consumer_of(app: Celery) -> Consumer:
    own: Consumer = object.__new__(Consumer)
    own.app = app
    own.event_dispatcher = SimpleNamespace(enabled=True)
    return own


@pytest.mark.parametrize(
    ("has_slots", "autoscale", "by_time"),
    [(True, None, True), (False, None, False), (True, (10, 2), False)],
)
def test_only_a_pool_with_a_fixed_number_of_slots_changes_how_many_tasks_it_holds(
    app: Celery,
    monkeypatch: pytest.MonkeyPatch,
    has_slots: bool,
    autoscale: tuple[int, int] | None,
    by_time: bool,
) -> None:
    def init(self: Any) -> None:
        self.app, self.hub = app, object()
        self.controller = SimpleNamespace(prefetch_by_time=True, autoscale=autoscale)
        self.pool = SimpleNamespace(uses_semaphore=has_slots)

    monkeypatch.setattr(consumer.Consumer, "__init__", init)
    monkeypatch.setattr("ha_celery.consumer.Prefetch", lambda _: "by time")
    assert Consumer().prefetch == ("by time" if by_time else None)


class Pool:
    """Celery's pool, as its Autoscaler changes it."""

    num_processes = 2

    def grow(self, count: int) -> None:
        self.num_processes += count

    def shrink(self, count: int) -> None:
        self.num_processes -= count

    def maintain_pool(self) -> None: ...


@pytest.mark.parametrize("tasks_per_slot", [1, PREFETCH])
def test_celery_adds_a_process_only_for_more_tasks_than_processes(
    monkeypatch: pytest.MonkeyPatch, tasks_per_slot: int
) -> None:
    pool = Pool()
    # As many as the broker delivers to a worker with this limit.
    monkeypatch.setattr(state, "reserved_requests", range(tasks_per_slot * pool.num_processes))
    Autoscaler(pool, 10, 2).maybe_scale()
    assert pool.num_processes == (2 if tasks_per_slot == 1 else 8)


def test_an_alarm_of_the_broker_does_not_stop_a_worker_that_sends_events(app: Celery) -> None:
    own = consumer_of(app)
    options = own.connection_for_write(heartbeat=10).transport_options
    assert options["confirm_publish"] is False
    options["on_blocked"]("low on memory")
    assert own.event_dispatcher.enabled is False
    options["on_unblocked"]()
    assert own.event_dispatcher.enabled is True


def test_tasks_are_still_published_with_confirms(app: Celery) -> None:
    consumer_of(app).connection_for_write()
    assert app.connection_for_write().transport_options["confirm_publish"] is True
    assert "on_blocked" not in app.connection_for_write().transport_options


def test_tasks_are_read_several_at_a_time(app: Celery) -> None:
    connection = consumer_of(app).connection_for_read()
    assert isinstance(connection.transport, Transport)
    assert connection.as_uri() == "amqp://user:**@nowhere.invalid:5672/vhost"
    assert consumer_of(app).connection_for_write().transport_cls == "amqp"


def test_another_kind_of_broker_is_read_in_its_own_way(app: Celery) -> None:
    app.conf.broker_read_url = "memory://"
    assert consumer_of(app).connection_for_read().transport_cls == "memory"


def test_celerys_step_for_delayed_delivery_is_replaced_by_ours() -> None:
    theirs, ours = consumer.Consumer.Blueprint.default_steps, Consumer.Blueprint.default_steps
    assert [step for step in ours if step not in theirs] == ["ha_celery.delays:DelayedDelivery"]
    assert len(ours) == len(theirs)


class Process:
    """A pool with one process, which has been written a task that it has not said to run yet."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self.job = SimpleNamespace(_write_to=self, _accepted=False)
        self._pool = SimpleNamespace(
            _cache={1: self.job, 2: SimpleNamespace(_write_to=None, _accepted=False)},
            _fileno_to_outq={self.reader: self},
        )
        self.hub = SimpleNamespace(readers={self.reader: (self.read, (self.reader,))})

    def read(self, fd: int) -> None:
        self.job._accepted = os.read(fd, 1) == b"!"

    def read_in_parts(self) -> Iterator[None]:
        os.read(self.reader, 1)
        yield
        self.read(self.reader)


def test_a_closing_worker_hears_which_tasks_run() -> None:
    pool = Process()
    threading.Timer(0.05, os.write, (pool.writer, b"!")).start()
    wait_until_taken(pool, pool.hub)
    assert pool.job._accepted


def test_a_message_read_in_part_goes_on_where_it_was() -> None:
    pool = Process()
    pool.hub.readers[pool.reader] = (pool.read_in_parts(), ())
    os.write(pool.writer, b"-!")
    wait_until_taken(pool, pool.hub)
    assert pool.job._accepted


def test_a_process_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefork, "LONGEST_WAY_SECONDS", 0.01)
    pool = Process()
    wait_until_taken(pool, pool.hub)
    assert not pool.job._accepted


def test_after_a_lost_connection_nobody_waits() -> None:
    pool = Process()
    began = time.monotonic()
    wait_until_taken(pool, SimpleNamespace(readers={}))
    wait_until_taken(SimpleNamespace(_pool=None), pool.hub)
    assert time.monotonic() - began < 1
