"""The rights of the application's user, with a real broker."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import amqp
import broker_control
import pytest
from broker_control import DEAD_LETTERS
from celery import Celery
from conftest import BROKER_URL
from workers import worker

from ha_celery import Settings, create_app

pytestmark = pytest.mark.broker
USER = QUEUE = f"rights-{os.getpid()}"
ALL = ".*"
#: The rights to configure and to read of components/rabbitMqCluster/definitions.ts.
NOT_DEAD_LETTERS = f"^(?!{DEAD_LETTERS}$).*"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Celery]:
    admin = create_app("admin", Settings(BROKER_URL, (QUEUE,), state_dir=tmp_path), set_as_current=False)
    with admin.connection_for_write() as connection, connection.channel() as channel:
        broker_control.set_policies()
        broker_control.declare_dead_letters(channel)
    broker_control.add_user(USER, ALL, ALL, ALL)
    settings = Settings(broker_control.url_of(USER), (QUEUE,), state_dir=tmp_path)
    app = create_app("publishing", settings, set_as_current=False)
    yield app
    app.close()
    with admin.connection_for_write() as connection:
        admin.amqp.queues[QUEUE](connection).delete()
    admin.close()
    broker_control.rabbitmqctl("delete_user", USER)


def test_a_worker_and_a_publisher_go_on_when_dead_letters_are_taken_from_their_user(
    app: Celery, tmp_path: Path
) -> None:
    ids = [f"task-{number}" for number in range(300)]
    with worker(tmp_path, (QUEUE,), HA_CELERY_BROKER_URL=broker_control.url_of(USER)) as journal:
        for number, task_id in enumerate(ids):
            if number == 100:
                broker_control.set_permissions(USER, NOT_DEAD_LETTERS, ALL, NOT_DEAD_LETTERS)
            if number == 200:
                # Both declare their queues again.
                broker_control.rabbitmqctl("close_all_connections", "the rights have changed")
            app.send_task("publishing_app.work", ("done",), task_id=task_id, countdown=number % 2)
            time.sleep(0.01)
        app.send_task("publishing_app.again", kwargs={"countdown": 1})
        journal.wait("done", len(ids))
        journal.wait("attempt 1")
    assert {entry["id"] for entry in journal.of("done")} == set(ids)
    log = (tmp_path / "worker.log").read_text()
    assert "ACCESS_REFUSED" not in log
    assert log.count(" ready.") == 1


@pytest.mark.parametrize(
    "operation",
    [
        lambda channel: channel.basic_get(DEAD_LETTERS),
        lambda channel: channel.basic_consume(DEAD_LETTERS),
        lambda channel: channel.queue_purge(DEAD_LETTERS),
        lambda channel: channel.queue_delete(DEAD_LETTERS),
        lambda channel: channel.exchange_delete(DEAD_LETTERS),
        lambda channel: channel.queue_unbind(DEAD_LETTERS, DEAD_LETTERS),
    ],
    ids=["get", "consume", "purge", "delete", "delete exchange", "unbind"],
)
def test_the_application_cannot_touch_dead_letters(
    app: Celery, operation: Callable[[amqp.Channel], object]
) -> None:
    broker_control.set_permissions(USER, NOT_DEAD_LETTERS, ALL, NOT_DEAD_LETTERS)
    with (
        app.connection_for_write() as connection,
        connection.channel() as channel,
        pytest.raises(amqp.AccessRefused, match="dead-letters"),
    ):
        operation(channel)
