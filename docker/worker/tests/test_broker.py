"""Tests that need a RabbitMQ 4.3."""

import json
import os
import socket
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from kombu import Exchange

from ha_celery import ConfirmedPublisher, UnroutableError, delays
from ha_celery.beat import Scheduler
from ha_celery.delays import DelayedDelivery, cascade_exists

pytestmark = pytest.mark.broker
QUEUE = f"test-{os.getpid()}"


@pytest.fixture
def queue() -> str:
    return QUEUE


@pytest.fixture
def task(app: Celery) -> Any:
    @app.task
    def work() -> None: ...

    return work


def test_the_cascade_is_declared_only_if_it_is_gone(app: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = []
    declare = delays.declare_native_delayed_delivery_exchanges_and_queues
    monkeypatch.setattr(
        delays,
        declare.__name__,
        lambda connection, queue_type: [declare(connection, queue_type), declared.append(queue_type)],
    )
    with app.connection_for_read() as connection:
        app.amqp.queues[QUEUE](connection).declare()
        consumer = SimpleNamespace(app=app, connection=connection)
        step = DelayedDelivery(consumer)
        with connection.channel() as channel:
            channel.exchange_delete("celery_delayed_delivery")
        step.start(consumer)
        assert declared == ["quorum"]
        step.start(consumer)
        assert declared == ["quorum"]
        assert cascade_exists(connection)


def depth(app: Celery) -> int:
    with app.connection_for_read() as connection:
        return int(app.amqp.queues[QUEUE](connection).queue_declare(passive=True).message_count)


def test_a_published_task_is_in_the_queue(app: Celery, task: Any) -> None:
    for _ in range(5):
        task.delay()
    assert depth(app) == 5


def test_a_task_that_no_queue_takes_is_an_error(task: Any) -> None:
    with pytest.raises(UnroutableError, match="'no-such-key' of exchange 'tasks'"):
        task.apply_async(exchange=Exchange("tasks", type="topic"), routing_key="no-such-key")
    # The late confirm of the returned message must not count for the next one.
    task.delay()


def test_a_connection_that_breaks_under_the_pipeline_loses_nothing(app: Celery, task: Any) -> None:
    confirmed: list[str] = []
    with ConfirmedPublisher(app, confirmed.extend, window=50) as publisher:
        for number in range(1000):
            publisher.publish(task, task_id=f"r-{number}")
            if number in (300, 700):
                publisher._connection.connection.transport.sock.shutdown(socket.SHUT_RDWR)
    assert len(confirmed) == len(set(confirmed)) == 1000
    assert depth(app) >= 1000
    assert publisher.retries >= 2


def test_beat_publishes_what_it_knows_and_what_it_does_not(app: Celery, task: Any, tmp_path: Path) -> None:
    app.conf.beat_schedule = {
        "known": {"task": task.name, "schedule": 3600.0},
        "elsewhere": {"task": "elsewhere.work", "schedule": 3600.0},
    }
    yesterday = (datetime.now(timezone.utc) - timedelta(days=1)).isoformat()
    memory = tmp_path / "runs.json"
    memory.write_text(json.dumps({"known": yesterday, "elsewhere": yesterday}))
    for _ in range(2):
        scheduler = Scheduler(app, schedule_filename=str(memory))
        for _ in range(4):
            scheduler.tick()
        scheduler.close()
    assert depth(app) == 2
