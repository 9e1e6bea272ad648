"""Settings that the app changes after they were loaded."""

import socket
from typing import Any

import pytest
from celery import Celery
from kombu import Queue
from test_configuration import URL, configured

from ha_celery import Settings, check, configure


def after_a_read(app: Celery, settings: Settings) -> None:
    configure(app, settings)
    assert app.conf.timezone is None
    app.conf.task_queues = [Queue("mail"), Queue("video")]


def before_any_read(app: Celery, settings: Settings) -> None:
    configure(app, settings)
    app.conf.task_queues = [Queue("mail"), Queue("video")]


def of_a_loaded_app(app: Celery, settings: Settings) -> None:
    assert app.conf.timezone is None
    configure(app, settings)
    app.conf.task_queues = [Queue("mail"), Queue("video")]


def by_a_handler(app: Celery, settings: Settings) -> None:
    configure(app, settings)

    def handle(sender: Celery, **_: Any) -> None:
        sender.conf.task_queues = [Queue("mail"), Queue("video")]

    app.on_after_configure.connect(handle, weak=False)


@pytest.mark.parametrize("how", [after_a_read, before_any_read, of_a_loaded_app, by_a_handler])
def test_publishers_know_queues_whenever_the_app_sets_them(how: Any, settings: Settings) -> None:
    app = Celery("late", set_as_current=False)
    how(app, settings)
    queue = app.amqp.router.route({"queue": "video"}, "x")["queue"]
    assert queue.queue_arguments == {"x-queue-type": "quorum"}
    assert {"mail", "video"} <= set(app.amqp.queues)


def test_an_app_may_replace_the_queues_of_its_amqp(app: Celery) -> None:
    app.amqp.queues = [Queue("mail")]
    assert app.amqp.queues["mail"].name == "mail"


@pytest.mark.parametrize("ours", [False, True])
def test_late_defaults_are_below_the_settings_of_the_app(ours: bool) -> None:
    app = configured() if ours else Celery("proj", set_as_current=False)
    app.conf.task_time_limit = 60
    assert app.conf.timezone is None
    app.add_defaults({"task_time_limit": 99, "task_soft_time_limit": 30, "timezone": "Europe/Berlin"})
    app.conf.timezone = "UTC"
    assert (app.conf.task_time_limit, app.conf.task_soft_time_limit, app.conf.timezone) == (60, 30, "UTC")


def test_late_defaults_are_above_our_defaults_and_below_our_additions() -> None:
    app = configured(Settings(broker_url=URL, longest_task_seconds=60), task_queues=[Queue("own")])
    assert app.conf.task_time_limit == 60
    app.add_defaults(
        {
            "task_time_limit": 33,
            "task_queues": [Queue("other")],
            "broker_transport_options": {"confirm_publish": True, "max_retries": 3},
        }
    )
    assert app.conf.task_time_limit == 33
    check(app)
    assert [queue.name for queue in app.conf.task_queues] == ["own", "tasks"]
    assert app.conf.task_queues[0].queue_arguments == {"x-queue-type": "quorum"}
    assert app.conf.broker_transport_options["max_retries"] == 3
    assert socket.TCP_USER_TIMEOUT in app.conf.broker_transport_options["socket_settings"]


def test_the_app_can_remove_its_settings() -> None:
    app = configured(task_time_limit=60, task_queues=[Queue("own")])
    assert app.conf.timezone is None
    assert app.conf.pop("task_time_limit") == 60
    assert app.conf.task_time_limit == 3600
    assert app.conf.pop("task_time_limit", 5) == 5
    with pytest.raises(KeyError):
        app.conf.pop("task_time_limit")
    assert [queue.name for queue in app.conf.pop("task_queues")] == ["own"]
    check(app)
    assert [queue.name for queue in app.conf.task_queues] == ["tasks"]
