"""Several broker URLs: after a failed attempt, the next one is tried, as in plain Celery."""

from __future__ import annotations

from typing import Any

import kombu
import pytest
from celery import Celery

from ha_celery import Settings, SettingsError, check, create_app
from ha_celery.connection import Deadline, Transport, for_publishing, next_broker
from ha_celery.consumer import Consumer
from ha_celery.publish import ConfirmedPublisher

URLS = ";".join(f"amqp://u:p@broker-{number}:5672/v" for number in range(3))
TLS_URLS = URLS.replace("amqp:", "amqps:")


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


def app_with(settings: Settings) -> Celery:
    app = create_app("several", settings, set_as_current=False)
    check(app)
    return app


@pytest.mark.parametrize("urls", [TLS_URLS, TLS_URLS.replace("/v", ""), TLS_URLS.replace(":5672/v", "")])
@pytest.mark.parametrize("switch", [next_broker, kombu.Connection.maybe_switch_next])
def test_the_certificate_must_be_for_the_host_of_the_url_in_use(urls: str, switch: Any) -> None:
    app = app_with(Settings(urls))
    connection = app.connection_for_write()
    if switch is next_broker:
        connection = for_publishing(connection, Deadline())
    for name in ("broker-0", "broker-1", "broker-2", "broker-0"):
        assert connection.hostname == connection.ssl["server_hostname"] == name
        switch(connection)
    assert app.connection_for_write().ssl["server_hostname"] == "broker-0"


def test_or_for_the_one_name_that_is_given() -> None:
    connection = app_with(Settings(TLS_URLS, broker_server_name="broker-0")).connection_for_write()
    next_broker(connection)
    assert (connection.hostname, connection.ssl["server_hostname"]) == ("broker-1", "broker-0")


@pytest.mark.parametrize(
    "urls", [URLS, "amqp://u:p@a:5672;amqp://u:p@b:5672", "amqps://u:p@a;amqps://u:p@b", "amqp://u:p@[::1]//"]
)
def test_several_urls_are_accepted(urls: str) -> None:
    settings = Settings.from_environment({"HA_CELERY_BROKER_URL": urls})
    assert settings.broker_url == urls
    app_with(settings)


@pytest.mark.parametrize(
    ("urls", "why"),
    [
        ("amqp://u:p@a/v;redis://b", "not an amqp:// or amqps:// URL"),
        ("amqp://u:p@a/v;", "not an amqp:// or amqps:// URL"),
        ("amqp://u:p@a/v;amqp://u:p@/v", "it has no host"),
        ("amqp://u:p@a/v;amqp://u:p@b:99999/v", "no valid host or port"),
        ("amqp://u:p;q@a/v", "no valid host or port; / : @ # \\? ; in a password must be percent-encoded"),
        ("amqp://u:p@a/v;amqps://u:p@b/v", "some of its URLs use TLS, and others do not"),
    ],
)
def test_each_url_must_be_valid(urls: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        Settings.from_environment({"HA_CELERY_BROKER_URL": urls})
