"""Several broker URLs: after a failed attempt, the next one is tried, as in plain Celery."""

from __future__ import annotations

from typing import Any

import kombu
import pytest
from celery import Celery

from ha_celery import Settings, create_app
from ha_celery.connection import Deadline, Transport, for_publishing, next_broker
from ha_celery.consumer import Consumer
from ha_celery.publish import ConfirmedPublisher

URLS = ";".join(f"amqp://u:p@broker-{number}:5672/v" for number in range(3))


@pytest.fixture
def several() -> Celery:
    return create_app("several", Settings(URLS), set_as_current=False)


class AnsweredError(Exception):
    """The broker answers."""


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hosts that were tried; only the last one answers."""
    hosts: list[str] = []

    def connect(self: kombu.Connection) -> Any:
        hosts.append(self.hostname)
        if self.hostname == "broker-2":
            raise AnsweredError
        raise ConnectionRefusedError

    monkeypatch.setattr(kombu.Connection, "_connection_factory", connect)
    return hosts


def test_a_worker_tries_all(several: Celery, tried: list[str], no_sleep: list[float]) -> None:
    own: Any = object.__new__(Consumer)
    own.app, own.first_connection_attempt, own.broker_connection_retry_attempt = several, True, 0
    with pytest.raises(AnsweredError):
        own.connection_for_read()
    assert tried == ["broker-0", "broker-1", "broker-2"]


def test_a_publisher_tries_all(several: Celery, tried: list[str], no_sleep: list[float]) -> None:
    with pytest.raises(AnsweredError):
        several.send_task("x", queue="tasks")
    assert tried == ["broker-0", "broker-1", "broker-2"]


def test_a_publisher_of_many_tasks_tries_all(
    several: Celery, tried: list[str], no_sleep: list[float]
) -> None:
    publisher = ConfirmedPublisher(several, lambda _: None)
    with pytest.raises(AnsweredError):
        publisher.publish(several.signature("x"))
    assert tried == ["broker-0", "broker-1", "broker-2"]


def test_the_next_one_keeps_what_this_package_has_set(several: Celery) -> None:
    connection = for_publishing(several.connection_for_write(), Deadline())
    connection.ssl = {"ca_certs": "ca.crt"}
    next_broker(connection)
    assert connection.hostname == "broker-1"
    assert (connection.ssl, connection.transport_cls) == ({"ca_certs": "ca.crt"}, Transport)
