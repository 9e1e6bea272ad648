"""How a worker connects."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from amqp import AccessRefused
from celery import Celery
from celery.exceptions import WorkerShutdown
from celery.worker import state
from kombu.exceptions import OperationalError

from ha_celery import backoff
from ha_celery.backoff import connect_timeout
from ha_celery.consumer import Consumer
from ha_celery.reconnect import SPREAD_SECONDS, Attempts


@pytest.fixture(autouse=True)
def longest_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff.random, "uniform", lambda _, most: most)


class Connection:
    """A connection whose attempts end as given, the last one without end."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self._outcomes: Iterable[Exception | None] = itertools.chain(
            outcomes, itertools.repeat(outcomes[-1] if outcomes else None)
        )
        self.connect_timeout = 10
        self.transport_cls, self.ssl = "amqp", None
        #: There is only one URL.
        self.cycle = None
        self.timeouts: list[float] = []
        self.errors: list[Exception] = []

    def ensure_connection(self, max_retries: int) -> Any:
        assert max_retries == 0
        self.timeouts.append(self.connect_timeout)
        outcome = next(iter(self._outcomes))
        if outcome:
            self.errors.append(outcome)
            raise outcome
        return self

    def as_uri(self) -> str:
        return "amqp://"


def consumer_of(app: Celery) -> Any:
    own: Any = object.__new__(Consumer)
    own.app, own.first_connection_attempt, own.broker_connection_retry_attempt = app, True, 0
    return own


def test_patience_and_pauses_grow_with_failures(app: Celery, no_sleep: list[float]) -> None:
    connection = Connection(*[OperationalError("no answer")] * 6, None)
    assert consumer_of(app).ensure_connected(connection) is connection
    assert connection.timeouts == [2, 4, 8, 10, 10, 10, 10]
    assert connection.connect_timeout == 10
    assert sum(no_sleep) == pytest.approx(0.2 + 0.4 + 0.8 + 1.6 + 3 + 3)


def test_without_a_timeout_of_the_app_as_with_gevent_patience_grows_to_10_s() -> None:
    assert [connect_timeout(failures, None) for failures in (0, 1, 2, 9)] == [2, 4, 8, 10]


def test_a_refused_password_is_tried_again_less_and_less_often(
    app: Celery, no_sleep: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = Connection(AccessRefused("Login was refused"))

    def stop_after_a_minute() -> None:
        if sum(no_sleep) > 60:
            raise WorkerShutdown

    monkeypatch.setattr("celery.worker.consumer.consumer.maybe_shutdown", stop_after_a_minute)
    with pytest.raises(WorkerShutdown):
        consumer_of(app).ensure_connected(connection)
    assert len(connection.errors) < 25


def test_an_app_may_limit_the_attempts(app: Celery, no_sleep: list[float]) -> None:
    app.conf.broker_connection_max_retries = 3
    connection = Connection(OperationalError("no answer"))
    with pytest.raises(OperationalError):
        consumer_of(app).ensure_connected(connection)
    assert len(connection.errors) == 4


def test_a_worker_that_pauses_stops_at_once(
    app: Celery, no_sleep: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "should_stop", 0)
    with pytest.raises(WorkerShutdown):
        consumer_of(app).ensure_connected(Connection(OperationalError("no answer")))
    assert no_sleep == []


def test_a_lost_connection_is_replaced_at_once_if_it_lasted(no_sleep: list[float]) -> None:
    attempts = Attempts()
    attempts.begin(lambda: None)
    assert no_sleep == []
    pauses = []
    for lasted in (100, 1, 1, 1, 100):
        connection: Any = Connection()
        attempts.apply_to(connection)
        connection.ensure_connection(lambda *_: None, None, lambda: None)
        no_sleep.append(lasted)
        before = sum(no_sleep)
        attempts.begin(lambda: None)
        pauses.append(round(sum(no_sleep) - before, 3))
    assert pauses == [SPREAD_SECONDS, 0.2, 0.4, 0.8, SPREAD_SECONDS]


def test_a_pause_is_random(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    pauses = {backoff.Backoff(60, first=1).next_pause() for _ in range(50)}
    assert len(pauses) == 50
    assert all(0.5 <= pause <= 1 for pause in pauses)
