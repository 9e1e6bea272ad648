"""Features of Celery that the guarantees name, against a real RabbitMQ."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import amqp
import broker_control
import pytest
from broker_control import DEAD_LETTERS, depth
from celery import VERSION, Celery
from celery.app.defaults import DEFAULTS
from conftest import BROKER_URL, wait_for
from test_stop_broker import Workers, take
from workers import worker

from ha_celery import Settings, create_app

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("dead_letters")]
WORK = "publishing_app.work"
#: Celery 5.5 needs transient queues, which RabbitMQ 4.3 refuses.
REMOTE_CONTROL = "control_queue_durable" in DEFAULTS


@pytest.fixture
def settings(queue: str, tmp_path: Path) -> Settings:
    return Settings(BROKER_URL, (queue,), state_dir=tmp_path, observable=REMOTE_CONTROL)


def test_higher_priorities_are_delivered_first(app: Celery, queue: str) -> None:
    for number, priority in enumerate((0, 3, 9, 5, 0)):
        app.send_task(WORK, task_id=f"{priority}-{number}", priority=priority)
    ids = [message.properties["correlation_id"] for message in take(app, queue)]
    assert ids == ["9-2", "5-3", "3-1", "0-0", "0-4"]


def test_a_worker_prefetches_from_each_of_its_queues(
    app: Celery, settings: Settings, queue: str, tmp_path: Path
) -> None:
    """The consumer timeout of HaCelery counts on it: longestHold in components/haCelery/pools.ts."""
    queues = (queue, f"{queue}-other")
    app = create_app("test", replace(settings, queues=queues), set_as_current=False)
    with worker(tmp_path, queues, "--concurrency=1", HA_CELERY_PREFETCH_MULTIPLIER="2"):
        for name in queues:
            for number in range(4):
                app.send_task(WORK, (f"{name}-{number}", 8), queue=name)
        wait_for(lambda: [broker_control.held(name) for name in queues] == [2, 2], 30)
    with app.connection_for_write() as connection, connection.channel() as channel:
        channel.queue_delete(queues[1])
    app.close()


def test_a_task_that_expires_in_its_queue_is_a_dead_letter(app: Celery, queue: str) -> None:
    app.send_task(WORK, task_id="late", expires=1)
    app.send_task(WORK, task_id="in-time")
    wait_for(lambda: depth(app, DEAD_LETTERS) == 1, 10)
    [dead] = take(app, DEAD_LETTERS)
    assert dead.properties["correlation_id"] == "late"
    assert dead.headers["x-first-death-reason"] == "expired"
    assert [message.properties["correlation_id"] for message in take(app, queue)] == ["in-time"]


def test_a_task_that_expires_in_a_worker_is_a_dead_letter(app: Celery, queue: str, tmp_path: Path) -> None:
    with worker(tmp_path, (queue,), "--concurrency=1", HA_CELERY_PREFETCH_MULTIPLIER="4") as journal:
        app.send_task(WORK, ("long", 3))
        journal.wait("begin long")
        app.send_task(WORK, ("late",), task_id="late", expires=1)
        app.send_task(WORK, ("in time",))
        journal.wait("in time")
        assert not journal.of("begin late")
        wait_for(lambda: broker_control.unsettled(queue) == 0)
        # The queue passes it on after the worker has rejected it.
        wait_for(lambda: depth(app, DEAD_LETTERS) == 1)
    [dead] = take(app, DEAD_LETTERS)
    assert dead.properties["correlation_id"] == "late"
    assert dead.headers["x-first-death-reason"] == "rejected"


@pytest.mark.skipif(not REMOTE_CONTROL, reason="remote control is refused with Celery 5.5")
def test_a_revoked_task_does_not_run(app: Celery, queue: str, tmp_path: Path) -> None:
    with worker(tmp_path, (queue,), HA_CELERY_OBSERVABLE="true") as journal:
        app.control.revoke("revoked")
        wait_for(lambda: "revoked" in str(app.control.inspect(timeout=2).revoked()))
        app.send_task(WORK, ("revoked",), task_id="revoked")
        app.send_task(WORK, ("other",))
        journal.wait("other")
        time.sleep(1)
        assert not journal.of("begin revoked")


@pytest.mark.parametrize(
    "fault", [("close_all_connections", "test"), ("stop_app",)], ids=["connections", "leader"]
)
def test_processes_that_are_replaced_lose_no_task_with_a_connection_or_the_leader_of_their_queue(
    app: Celery, queue: str, tmp_path: Path, fault: tuple[str, ...]
) -> None:
    ids = [f"task-{number}" for number in range(500)]
    for task_id in ids:
        app.send_task(WORK, (task_id, 0.005), task_id=task_id)
    with worker(tmp_path, (queue,), "--max-tasks-per-child=5") as journal:
        wait_for(lambda: len(journal.entries) > 200, 60)
        broker_control.rabbitmqctl(*fault)
        # Starts a broker that is stopped.
        broker_control.rabbitmqctl("start_app")
        assert len(journal.entries) < 2 * len(ids)
        wait_for(lambda: {entry["what"] for entry in journal.entries} >= set(ids), 120)
        wait_for(lambda: broker_control.unsettled(queue) == 0)
    # Only what the worker held may run twice: what two slots finish in 0.2 s.
    runs = Counter(entry["what"] for entry in journal.entries)
    assert sum(runs[task_id] - 1 for task_id in ids) <= 80
    assert depth(app, DEAD_LETTERS) == 0


@pytest.mark.parametrize(("pool", "finished"), [("prefork", 1), ("gevent", 1), ("threads", 2)])
def test_a_lost_connection_ends_running_tasks_unless_they_are_threads(
    app: Celery, queue: str, tmp_path: Path, pool: str, finished: int
) -> None:
    with worker(tmp_path, (queue,), f"--pool={pool}") as journal:
        app.send_task(WORK, ("long", 6))
        journal.wait("begin long")
        broker_control.rabbitmqctl("close_all_connections", "test")
        journal.wait("begin long", 2)
        journal.wait("long", finished)
        # The first copy would have ended by now, too.
        time.sleep(6)
        wait_for(lambda: broker_control.unsettled(queue) == 0)
        assert len(journal.of("long")) == finished
        assert len(journal.of("begin long")) == 2


def test_threads_have_no_time_limit(app: Celery, queue: str, tmp_path: Path) -> None:
    with worker(tmp_path, (queue,), "--pool=threads", HA_CELERY_LONGEST_TASK_SECONDS="1") as journal:
        app.send_task(WORK, ("long", 4), time_limit=2)
        journal.wait("long")
        wait_for(lambda: broker_control.unsettled(queue) == 0)
        assert len(journal.of("begin long")) == 1


def test_gevent_has_hard_time_limits_only(app: Celery, queue: str, tmp_path: Path) -> None:
    with worker(tmp_path, (queue,), "--pool=gevent", HA_CELERY_LONGEST_TASK_SECONDS="4") as journal:
        app.send_task(WORK, ("pool", 20))
        app.send_task(WORK, ("own", 20), time_limit=2)
        app.send_task(WORK, ("soft", 3), soft_time_limit=1)
        journal.wait("begin pool", 2)
        journal.wait("soft")
    # Before version 5.7, Celery stores this failure without sending the signal.
    failed = ["TimeLimitExceeded(2)"] if VERSION >= (5, 7) else []
    assert [entry["error"] for entry in journal.of("failed")] == failed
    assert [len(journal.of(f"begin {name}")) for name in ("own", "soft")] == [1, 1]


@pytest.mark.parametrize(("prefetch", "counted"), [(4, 8), (1, 2)])
def test_a_killed_worker_counts_a_failed_delivery_for_all_that_it_held(
    app: Celery, queue: str, tmp_path: Path, prefetch: int, counted: int
) -> None:
    workers = Workers(tmp_path, queue)
    for number in range(8):
        app.send_task("work", (60, str(workers.begun)), task_id=f"t-{number}")
    killed = workers.start("--concurrency=2", HA_CELERY_PREFETCH_MULTIPLIER=str(prefetch))
    wait_for(lambda: workers.begun.exists() and len(workers.begun.read_text()) == 2)
    wait_for(lambda: broker_control.unacknowledged(queue) == counted)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    wait_for(lambda: depth(app, queue) == 8)
    assert sum(map(_failed_deliveries, take(app, queue))) == counted


def _failed_deliveries(message: amqp.Message) -> int:
    return int(message.headers.get("x-delivery-count", 0))


@pytest.mark.parametrize(("protocol", "native"), [(1, "0"), (1, "1"), (2, "0"), (2, "1")])
def test_a_task_that_a_worker_cannot_read_is_a_dead_letter(
    app: Celery, queue: str, tmp_path: Path, protocol: int, native: str
) -> None:
    app.conf.task_protocol = protocol
    with worker(tmp_path, (queue,), HA_CELERY_NATIVE_POOL=native) as journal:
        app.send_task(WORK, ("pickled",), task_id="pickled", serializer="pickle")
        app.send_task(WORK, ("other",))
        journal.wait("other")
        wait_for(lambda: broker_control.unsettled(queue) == 0)
    [dead] = take(app, DEAD_LETTERS)
    assert dead.properties["correlation_id"] == "pickled"
    assert not journal.of("begin pickled")
