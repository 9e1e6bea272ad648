"""Publishing while the broker blocks publishers, against a real RabbitMQ with a memory alarm."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import broker_control
import pytest
from broker_control import depth
from celery import Celery, chord, group
from celery.app import amqp as celery_amqp
from conftest import BROKER_URL, wait_for
from workers import worker_during_alarm

from ha_celery import PublishTimeoutError, Settings

pytestmark = pytest.mark.broker
QUEUE = f"alarm-{os.getpid()}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        broker_url=BROKER_URL,
        queues=(QUEUE,),
        state_dir=tmp_path,
        publish_budget_seconds=3,
        result_backend="cache+memory://",
    )


@pytest.fixture
def app(app: Celery, dead_letters: None) -> Celery:
    with app.connection_for_write() as connection:
        app.amqp.queues[QUEUE](connection).declare()
    return app


@pytest.fixture
def task(app: Celery) -> Any:
    @app.task(name="publishing_app.work", shared=False)
    def work(name: str = "work", seconds: float = 0.0) -> None: ...

    return work


def test_an_alarm_longer_than_the_budget_is_an_error_and_one_copy(app: Celery, task: Any) -> None:
    with broker_control.alarm():
        began = time.monotonic()
        with pytest.raises(PublishTimeoutError, match=r"memory alarm.*may be stored") as first:
            task.apply_async(task_id="first")
        assert 2 < time.monotonic() - began < 5
        assert first.value.task_id == "first"
        assert first.value.maybe_stored
        # Nothing more is written to a connection that is known to be blocked.
        with pytest.raises(PublishTimeoutError, match=r"memory alarm.*is not stored") as second:
            task.delay()
        assert not second.value.maybe_stored
        assert time.monotonic() - began < 9
    task.delay()
    wait_for(lambda: depth(app, QUEUE) == 2, 10)
    time.sleep(1)
    assert depth(app, QUEUE) == 2


def test_every_way_to_publish_has_the_same_limit(app: Celery, task: Any) -> None:
    ways = [
        lambda: app.send_task(task.name, queue=QUEUE),
        lambda: group(task.si() for _ in range(50)).apply_async(),
        lambda: chord([task.si() for _ in range(5)], task.si()).apply_async(),
        lambda: task.chunks([("a",), ("b",)], 1).apply_async(),
        lambda: (task.si() | task.si()).apply_async(),
    ]
    with broker_control.alarm():
        for way in ways:
            began = time.monotonic()
            with pytest.raises(PublishTimeoutError, match="memory alarm"):
                way()
            assert 2 < time.monotonic() - began < 5


def test_an_alarm_is_named_for_large_tasks_too(app: Celery, task: Any) -> None:
    with broker_control.alarm():
        began = time.monotonic()
        with pytest.raises(PublishTimeoutError, match=r"memory alarm.*is not stored"):
            task.delay("x" * 14_000_000)
        assert time.monotonic() - began < 5
    task.delay()
    time.sleep(1)
    assert depth(app, QUEUE) == 1


@pytest.mark.skipif(
    not hasattr(celery_amqp.AMQP, "_retry_publish"), reason="Celery 5.5 and 5.6 have no place for it"
)
def test_the_end_of_a_soft_time_limit_loses_no_chain(app: Celery, task: Any, tmp_path: Path) -> None:
    work, after = (app.signature(f"publishing_app.{name}") for name in ("work", "after"))
    (work.clone(("a", 2)).set(soft_time_limit=5) | after.clone(("b",))).apply_async()
    with worker_during_alarm(tmp_path, (QUEUE,)) as (journal, end_alarm):
        journal.wait("a")
        time.sleep(8)
        end_alarm()
        journal.wait("b")
        assert not journal.of("failed")


def test_many_threads_have_the_same_limit(app: Celery, task: Any) -> None:
    times: list[float] = []

    def publish() -> None:
        began = time.monotonic()
        with pytest.raises(PublishTimeoutError):
            task.delay()
        times.append(time.monotonic() - began)

    with broker_control.alarm():
        threads = [threading.Thread(target=publish) for _ in range(25)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(times) == 25
    assert max(times) < 6


def test_a_short_alarm_is_waited_for_and_the_task_is_stored_once(app: Celery, task: Any) -> None:
    app.conf.ha_celery_publish_budget = 40
    broker_control.set_alarm(True)
    ends = threading.Timer(4, broker_control.set_alarm, (False,))
    ends.start()
    began = time.monotonic()
    task.delay()
    assert time.monotonic() - began > 3
    ends.join()
    time.sleep(1)
    assert depth(app, QUEUE) == 1


def test_chains_callbacks_and_retries_outlive_an_alarm_and_the_loss_of_its_broker(
    app: Celery, task: Any, tmp_path: Path
) -> None:
    send = {name: app.signature(f"publishing_app.{name}") for name in ("work", "after", "again", "flaky")}
    (send["work"].clone(("a", 3)) | send["after"].clone(("b",))).apply_async()
    send["work"].clone(("c", 3)).apply_async(link=send["after"].clone(("d",)))
    send["again"].clone((3,), {"countdown": 0.5}).apply_async(task_id="retried")
    send["flaky"].clone((3,)).apply_async(task_id="flaky")
    with worker_during_alarm(tmp_path, (QUEUE,), "--concurrency=4") as (journal, end_alarm):
        journal.wait("attempt 0", 2)
        journal.wait("c")
        time.sleep(5)
        assert not journal.of("b")
        # Its restart ends the alarm, and every connection.
        broker_control.rabbitmqctl("stop_app")
        broker_control.rabbitmqctl("start_app")
        end_alarm()
        for what, count in (("b", 1), ("d", 1), ("attempt 1", 2)):
            journal.wait(what, count)
        time.sleep(3)
        # Connections broke, so a task may run again; none is lost, none has failed.
        assert {entry["id"] for entry in journal.of("attempt 1")} == {"retried", "flaky"}
        assert not journal.of("failed")
    assert depth(app, broker_control.DEAD_LETTERS) == 0


def test_after_an_alarm_each_part_of_a_chain_has_run_once(app: Celery, task: Any, tmp_path: Path) -> None:
    work, after = (app.signature(f"publishing_app.{name}") for name in ("work", "after"))
    for _ in range(3):
        (work.clone(("a", 4)) | after.clone(("b",))).apply_async()
    app.signature("publishing_app.again", ((4,)), {"countdown": 1}).apply_async()
    with worker_during_alarm(tmp_path, (QUEUE,), "--concurrency=4") as (journal, end_alarm):
        journal.wait("a", 3)
        time.sleep(20)
        assert not journal.of("b")
        end_alarm()
        journal.wait("b", 3)
        journal.wait("attempt 1")
        time.sleep(2)
        assert [len(journal.of(what)) for what in ("a", "b", "attempt 0", "attempt 1", "failed")] == [
            3,
            3,
            1,
            1,
            0,
        ]
    assert depth(app, broker_control.DEAD_LETTERS) == 0


def test_a_task_goes_back_to_its_queue_before_its_own_time_limit(
    app: Celery, task: Any, tmp_path: Path
) -> None:
    work, after = (app.signature(f"publishing_app.{name}") for name in ("work", "after"))
    (work.clone(("a", 2)).set(time_limit=8) | after.clone(("b",))).apply_async()
    retried = app.signature("publishing_app.again", (2,), {"countdown": 1})
    retried.apply_async(time_limit=8, task_id="retried")
    with worker_during_alarm(tmp_path, (QUEUE,)) as (journal, end_alarm):
        # The first copies are given back after about 7 s, and run again.
        journal.wait("begin a", 2)
        journal.wait("attempt 0", 2)
        end_alarm()
        journal.wait("b")
        journal.wait("attempt 1")
        assert not journal.of("failed")
    assert depth(app, broker_control.DEAD_LETTERS) == 0
