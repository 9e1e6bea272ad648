"""A publisher of the user's own: it has the variables of the client's Secret, and no others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from celery import Celery
from certificates import Authority

from ha_celery import UnknownQueueError, check, configure, create_app

VARIABLES = {
    "HA_CELERY_BROKER_URL": "amqps://user:secret@nowhere.invalid:5671/vhost",
    "HA_CELERY_BROKER_SERVER_NAME": "mq.example.com",
    "HA_CELERY_QUEUES": "mail,reports",
    "HA_CELERY_PUBLISH_BUDGET_SECONDS": "8",
    "HA_CELERY_OBSERVABLE": "true",
}


def by_loader(monkeypatch: pytest.MonkeyPatch) -> Celery:
    monkeypatch.setenv("CELERY_LOADER", "ha_celery.loader:Loader")
    return Celery("shop", set_as_current=False)


def by_configure(_: pytest.MonkeyPatch) -> Celery:
    app = Celery("shop", set_as_current=False)
    configure(app)
    return app


def by_create_app(_: pytest.MonkeyPatch) -> Celery:
    return create_app("shop", set_as_current=False)


roads = pytest.mark.parametrize("road", [by_loader, by_configure, by_create_app])
Road = Callable[[pytest.MonkeyPatch], Celery]


@roads
def test_the_variables_of_the_secret_are_enough(
    road: Road, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pem = Authority(tmp_path / "tls").certificate.read_text()
    for name, value in (VARIABLES | {"HA_CELERY_BROKER_CA_PEM": pem}).items():
        monkeypatch.setenv(name, value)
    app = road(monkeypatch)
    check(app)
    assert app.conf.broker_url == VARIABLES["HA_CELERY_BROKER_URL"]
    assert app.conf.broker_use_ssl == {
        "server_hostname": "mq.example.com",
        "context": {"cadata": pem.strip(), "check_hostname": True},
    }
    assert app.amqp.default_queue.name == "mail"
    assert list(app.amqp.queues) == ["mail", "reports"]
    assert app.conf.ha_celery_publish_budget == 8
    assert app.conf.task_send_sent_event
    with pytest.raises(UnknownQueueError, match="Declared queues: mail, reports"):
        app.send_task("work", queue="raports")


@roads
def test_an_app_that_names_a_queue_needs_the_url_only(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HA_CELERY_BROKER_URL", "amqp://user:secret@nowhere.invalid:5672/vhost")
    app = road(monkeypatch)
    app.conf.task_default_queue = "mail"
    check(app)
    assert app.amqp.router.route({}, "work")["queue"].name == "mail"
    assert list(app.amqp.queues) == ["mail"]
