"""How many tasks a worker holds, against a real RabbitMQ."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import broker_control
import pytest
from amqp import spec
from broker_control import BROKER_URL, DEAD_LETTERS, depth
from celery import VERSION, Celery
from conftest import wait_for
from kombu import Consumer
from workers import worker, worker_of

from ha_celery.prefetch import subscribe
from ha_celery.versions import ACCELERATED, mismatches

pytestmark = [
    pytest.mark.broker,
    pytest.mark.usefixtures("dead_letters"),
    pytest.mark.skipif(
        bool(mismatches(ACCELERATED)), reason="with these versions, Celery's own consumer serves"
    ),
]
WORK = "publishing_app.work"
CHANGES = 1000


def test_a_thousand_new_consumers_lose_and_double_no_task(app: Celery, queue: str) -> None:
    """Tasks of cancelled consumers are acknowledged like all others, and counted as no failure."""
    ids = [f"task-{number}" for number in range(2 * CHANGES)]
    with app.producer_pool.acquire(block=True) as producer:
        for task_id in ids:
            app.send_task(WORK, task_id=task_id, producer=producer)
    received: Counter[str] = Counter()
    failed: list[Any] = []
    waiting: list[Any] = []

    def receive(message: Any) -> None:
        received[message.properties["correlation_id"]] += 1
        failed.extend(
            [message.headers["x-delivery-count"]] if message.headers.get("x-delivery-count") else []
        )
        waiting.append(message)

    tags = (f"tag-{number}" for number in count())
    changes = 0
    with app.connection_for_read() as connection:
        channel = connection.channel()
        consumer = Consumer(channel, [app.amqp.queues[queue]], on_message=receive)
        consumer.qos(prefetch_count=8)
        consumer.consume()
        deadline = time.monotonic() + 300
        acknowledged = 0
        while acknowledged < len(ids) or changes < CHANGES:
            assert time.monotonic() < deadline
            drain(connection)
            random.shuffle(waiting)
            while len(waiting) > 4 or (waiting and acknowledged + len(waiting) == len(ids)):
                waiting.pop().ack()
                acknowledged += 1
            if all(tag not in channel.callbacks for tag in ("", *former_of(consumer, channel))):
                for tag in subscribe(consumer, random.choice([1, 8, 64]), lambda: next(tags)):
                    channel.send_method(spec.Basic.Cancel, "sb", (tag, False))
                changes += 1
        for _ in range(20):
            drain(connection)
        assert received == Counter(ids)
        assert failed == []
        wait_for(lambda: broker_control.unsettled(queue) == 0)


def former_of(consumer: Consumer, channel: Any) -> list[str]:
    """Consumers that the broker has not confirmed to be cancelled."""
    return [tag for tag in channel.callbacks if tag not in consumer._active_tags.values()]


def drain(connection: Any) -> None:
    with suppress(TimeoutError):
        connection.drain_events(timeout=0.002)


def send(app: Celery, queue: str, names: list[str], seconds: float = 0.0) -> None:
    for name in names:
        app.send_task(WORK, (name, seconds), task_id=name, queue=queue)


def held(queue: str) -> int:
    return broker_control.unacknowledged(queue)


@pytest.mark.parametrize("app_of_worker", ["publishing_app", "plain_app"])
def test_short_tasks_behind_long_ones_are_free_for_other_workers(
    app: Celery, queue: str, tmp_path: Path, app_of_worker: str
) -> None:
    """Beside ours, a worker of plain Celery with its default prefetch: it holds tasks that it cannot run."""
    ours = app_of_worker == "publishing_app"
    variables = {"TEST_BROKER_URL": BROKER_URL, "TEST_QUEUE": queue}
    with worker_of(app_of_worker, tmp_path, (queue,), **variables) as journal:
        send(app, queue, [f"first-{number}" for number in range(500)])
        wait_for(lambda: len(journal.entries) == 1000, 120)
        send(app, queue, ["long-1", "long-2"], 20)
        journal.wait("begin long-2")
        short = [f"short-{number}" for number in range(20)]
        send(app, queue, short)
        wait_for(lambda: (held(queue), depth(app, queue)) == ((2, 20) if ours else (8, 14)), 15)
        assert not journal.of("long-1")
        for name in [*short, "long-1", "long-2"]:
            journal.wait(name)
        wait_for(lambda: broker_control.unsettled(queue) == 0)
    runs = Counter(entry["what"] for entry in journal.entries)
    assert {runs[name] for name in [*short, "long-1", "long-2"]} == {1}
    assert depth(app, DEAD_LETTERS) == 0


def test_short_tasks_are_held_in_numbers_and_long_ones_one_per_slot(
    app: Celery, queue: str, tmp_path: Path
) -> None:
    short = [f"short-{number}" for number in range(3000)]
    send(app, queue, short)
    with worker(tmp_path, (queue,), "--loglevel=DEBUG") as journal:
        wait_for(lambda: len(journal.entries) == 2 * len(short), 120)
        changes = re.findall(r"holds (\d+) tasks of each queue", (tmp_path / "worker.log").read_text())
        assert max(map(int, changes), default=0) >= 8
        long = [f"long-{number}" for number in range(20)]
        send(app, queue, long, 2)
        journal.wait("begin long-0")
        # The broker counts every few seconds only.
        wait_for(lambda: held(queue) <= 4 and depth(app, queue) > 0, 15)
        journal.wait("long-19")
        wait_for(lambda: broker_control.unsettled(queue) == 0)
    runs = Counter(entry["what"] for entry in journal.entries)
    assert {runs[name] for name in [*short, *long]} == {1}


def test_a_worker_that_stops_amid_short_tasks_runs_none_twice(
    app: Celery, queue: str, tmp_path: Path
) -> None:
    names = [f"short-{number}" for number in range(4000)]
    send(app, queue, names)
    for stop in range(1, 4):
        with worker(tmp_path, (queue,)) as journal:
            wait_for(lambda: len(journal.entries) > stop * 2000, 120)  # noqa: B023 - called at once
        assert len(journal.entries) < 2 * len(names)
    with worker(tmp_path, (queue,)) as journal:
        wait_for(lambda: len(journal.entries) >= 2 * len(names), 120)
        wait_for(lambda: broker_control.unsettled(queue) == 0)
    assert set(Counter(entry["what"] for entry in journal.entries).values()) == {1}


@pytest.mark.skipif(VERSION < (5, 7), reason="with Celery's own consumer, the number is fixed")
@pytest.mark.parametrize("fault", [("close_all_connections", "test"), ("stop_app",)])
def test_a_connection_that_is_lost_between_changes_loses_no_task(
    app: Celery, queue: str, tmp_path: Path, fault: tuple[str, ...]
) -> None:
    """Short and long tasks alternate, so that the number changes all the time."""
    ids = []
    for group in range(12):
        names = [f"short-{group}-{number}" for number in range(100)]
        send(app, queue, names)
        send(app, queue, [f"long-{group}-1", f"long-{group}-2"], 0.8)
        ids += [*names, f"long-{group}-1", f"long-{group}-2"]
    with worker(tmp_path, (queue,)) as journal:
        wait_for(lambda: len(journal.entries) > 400, 60)
        for _ in range(2):
            broker_control.rabbitmqctl(*fault)
            broker_control.rabbitmqctl("start_app")
        wait_for(lambda: {entry["what"] for entry in journal.entries} >= set(ids), 120)
        wait_for(lambda: broker_control.unsettled(queue) == 0)
    assert depth(app, DEAD_LETTERS) == 0
