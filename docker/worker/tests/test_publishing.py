"""Every way to publish, against a real RabbitMQ: where tasks go, how late, and what is refused."""

from __future__ import annotations

import json
import os
import time
from collections import Counter, deque
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import amqp
import broker_control
import celery
import pytest
from broker_control import depth
from celery import Celery, chord, group
from conftest import BROKER_URL, wait_for
from kombu import Exchange, Queue
from workers import worker

from ha_celery import (
    MessageTooLargeError,
    PublishTimeoutError,
    RejectedError,
    Settings,
    UnknownQueueError,
    UnroutableError,
    create_app,
)

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("dead_letters")]
MAIL = f"mail{os.getpid()}"
QUEUES = (MAIL, f"eu.{MAIL}", f"bulk.{MAIL}", f"reports{os.getpid()}")
REPORTS = QUEUES[3]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        broker_url=BROKER_URL, queues=QUEUES, state_dir=tmp_path, result_backend=f"file://{tmp_path}"
    )


@pytest.fixture
def task(app: Celery) -> Any:
    @app.task(name="publishing_app.work", shared=False)
    def work(name: str = "work", seconds: float = 0.0) -> None: ...

    return work


def published(app: Celery) -> list[str]:
    """Return the ids of all tasks in the first queue, and remove them."""
    ids = []
    with app.connection_for_read() as connection, connection.channel() as channel:
        while message := channel.basic_get(MAIL, no_ack=True):
            ids.append(message.properties["correlation_id"])
    return ids


class OfUser(celery.Task):
    pass


def task_of_user(app: Celery) -> Any:
    @app.task(name="own", base=OfUser, shared=False)
    def own() -> None: ...

    return own


class TestWays:
    def test_each_way_stores_its_tasks(self, app: Celery, task: Any) -> None:
        own = task_of_user(app)
        ways: list[tuple[Any, int]] = [
            (task.delay, 1),
            (lambda: task.apply_async(link=task.si(), link_error=task.si()), 1),
            (lambda: app.send_task("elsewhere.work"), 1),
            (lambda: group(task.si() for _ in range(5)).apply_async(), 5),
            (lambda: (task.si() | task.si()).apply_async(), 1),
            (lambda: task.chunks([("a",)] * 4, 2).apply_async(), 2),
            (lambda: task.map(["a", "b"]).apply_async(), 1),
            (lambda: task.starmap([("a",), ("b",)]).apply_async(), 1),
            (own.delay, 1),
            (lambda: task.signature().apply_async(), 1),
        ]
        for way, tasks in ways:
            way()
            assert len(published(app)) == tasks

    def test_a_producer_or_connection_of_the_caller(self, app: Celery, task: Any) -> None:
        with app.connection_for_write() as connection:
            task.apply_async(producer=app.amqp.Producer(connection), task_id="a")
            task.apply_async(connection=connection, task_id="b")
        with app.producer_pool.acquire(block=True) as producer:
            task.apply_async(producer=producer, task_id="c")
        with pytest.raises(UnroutableError), app.connection_for_write() as connection:
            app.send_task("x", producer=app.amqp.Producer(connection), exchange="tasks", routing_key="nobody")
        assert published(app) == ["a", "b", "c"]

    def test_a_chord_runs_its_body(self, app: Celery, tmp_path: Path, task: Any) -> None:
        results = {"HA_CELERY_RESULT_BACKEND": f"file://{tmp_path}"}
        with worker(tmp_path, QUEUES, **results) as journal:
            done = app.signature("publishing_app.work")
            body = app.signature("publishing_app.after", ("body",))
            chord([done.clone((f"part {n}",)) for n in range(3)], body, app=app).apply_async()
            journal.wait("body")

    def test_celerys_retry_options_are_accepted(self, app: Celery, task: Any) -> None:
        task.apply_async(
            retry=True, retry_policy={"max_retries": 3, "interval_start": 0, "interval_step": 0.2}
        )
        task.apply_async(retry=False)
        task.apply_async(retry=True, retry_policy={"max_retries": None})
        assert len(published(app)) == 3

    def test_the_event_about_a_published_task(self, app: Celery, task: Any) -> None:
        app.conf.task_send_sent_event = True
        with app.connection_for_read() as connection, connection.channel() as channel:
            channel.exchange_declare("celeryev", "topic", durable=True, auto_delete=False)
            queue = channel.queue_declare("", exclusive=True).queue
            channel.queue_bind(queue, "celeryev", "task.#")
            task.apply_async(task_id="a")
            event = json.loads(channel.basic_get(queue, no_ack=True).body)
        assert (event["type"], event["uuid"], event["queue"]) == ("task-sent", "a", MAIL)
        assert published(app) == ["a"]


class TestErrors:
    @pytest.mark.parametrize("exchange", ["tasks", "no-such-exchange"])
    def test_unroutable_is_an_error_at_once(self, app: Celery, task: Any, exchange: str) -> None:
        own = task_of_user(app)
        for publish in (
            lambda **options: app.send_task("x", **options),
            task.apply_async,
            own.apply_async,
        ):
            began = time.monotonic()
            with pytest.raises(UnroutableError, match=f"'nobody' of exchange '{exchange}'"):
                publish(exchange=exchange, routing_key="nobody")
            assert time.monotonic() - began < 1
        # The late confirm of the returned message must not count for the next one.
        task.apply_async(task_id="a")
        assert published(app) == ["a"]

    def test_a_deleted_queue_is_declared_again(self, app: Celery, task: Any) -> None:
        task.delay()
        with app.connection_for_write() as connection, connection.channel() as channel:
            channel.queue_delete(MAIL)
        task.apply_async(task_id="a")
        assert published(app) == ["a"]

    def test_a_full_queue_is_waited_for_and_then_named(self, app: Celery) -> None:
        full = f"full{os.getpid()}"
        arguments = {"x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "reject-publish"}
        app.amqp.queues.add(Queue(full, Exchange("tasks", "topic"), full, queue_arguments=arguments))
        app.conf.ha_celery_publish_budget = 3
        began = time.monotonic()
        send = partial(app.send_task, "x", queue=full)
        # RabbitMQ notices the length a little late.
        with pytest.raises(RejectedError, match=rf"queue is full.*'{full}'"):
            deque((send() for _ in range(10)), maxlen=0)
        assert 1 < time.monotonic() - began < 5
        with app.connection_for_write() as connection, connection.channel() as channel:
            channel.queue_purge(full)
            app.send_task("x", queue=full)
            channel.queue_delete(full)

    @pytest.mark.parametrize("options", [{}, {"countdown": 30}])
    def test_an_unknown_queue_is_an_error(self, app: Celery, task: Any, options: dict[str, Any]) -> None:
        for publish in (task.apply_async, lambda **more: app.send_task("x", **more)):
            with pytest.raises(UnknownQueueError, match=rf"'raports'.*{MAIL}, eu\.{MAIL}.*create_missing"):
                publish(queue="raports", **options)
        with pytest.raises(amqp.NotFound):
            depth(app, "raports")

    def test_unless_queues_may_be_made_on_the_fly(self, app: Celery, task: Any) -> None:
        app.conf.task_create_missing_queues = True
        made = f"made{os.getpid()}"
        task.apply_async(queue=made)
        task.apply_async(queue=made, countdown=1)
        wait_for(lambda: depth(app, made) == 2, 10)
        with app.connection_for_write() as connection, connection.channel() as channel:
            channel.queue_delete(made)

    def test_a_publisher_that_knows_only_the_url_creates_no_queue(self, tmp_path: Path) -> None:
        app = create_app("web", Settings(BROKER_URL, state_dir=tmp_path), set_as_current=False)
        with app.connection_for_write() as connection, connection.channel() as channel:
            channel.queue_delete("tasks")
            for options in ({}, {"countdown": 5}):
                began = time.monotonic()
                with pytest.raises(UnroutableError, match=r"'tasks' does not exist.*HA_CELERY_QUEUES"):
                    app.send_task("x", **options)
                assert time.monotonic() - began < 3
            app.amqp.queues["tasks"](channel).declare()
            app.send_task("x")
            assert channel.queue_delete("tasks") == 1
        app.close()

    def test_too_large_is_an_error_before_sending(self, app: Celery, task: Any) -> None:
        with pytest.raises(MessageTooLargeError, match=r"17,000,\d+ bytes, but RabbitMQ accepts 16,777,216"):
            task.delay("x" * 17_000_000)
        with pytest.raises(MessageTooLargeError, match=r"140,\d+ bytes of headers, .* accepts 131,052 "):
            task.apply_async(headers={"x": "x" * 140_000})
        task.delay("x" * 16_000_000)
        task.apply_async(headers={"x": "x" * 130_000})
        assert len(published(app)) == 2

    def test_a_broker_that_is_away_is_a_timeout(self, tmp_path: Path) -> None:
        nowhere = Settings(
            broker_url="amqp://guest:guest@127.0.0.1:1/v", state_dir=tmp_path, publish_budget_seconds=2
        )
        app = create_app("away", nowhere, set_as_current=False)
        began = time.monotonic()
        with pytest.raises(PublishTimeoutError, match=r"Connection refused.*is not stored"):
            app.send_task("x")
        assert 0.5 < time.monotonic() - began < 3


class TestDelays:
    def test_fractions_of_a_second(self, app: Celery, task: Any, tmp_path: Path) -> None:
        with worker(tmp_path, QUEUES) as journal:
            task.apply_async(("warm",))
            journal.wait("warm")
            # Before the first is sent: on a busy machine, that takes longer than these delays.
            began = time.time()
            for name, options in {
                "half": {"countdown": 0.5},
                "eta": {"eta": datetime.now(timezone.utc) + timedelta(seconds=0.3)},
                "naive": {"eta": datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(seconds=0.3)},
                "past": {"eta": datetime.now(timezone.utc) - timedelta(seconds=3)},
                "two": {"countdown": 2},
            }.items():
                task.apply_async((name,), **options)
            app.send_task("publishing_app.again", kwargs={"countdown": 0.5}, task_id="retried")
            for name, least, most in (
                ("half", 0.3, 5),
                ("eta", 0.1, 5),
                ("naive", 0.1, 5),
                ("past", 0, 3),
                ("two", 1.8, 7),
                ("attempt 1", 0.3, 6),
            ):
                [entry] = journal.wait(name)
                assert least < entry["time"] - began < most, name
        assert depth(app, broker_control.DEAD_LETTERS) == 0

    def test_retries_stay_in_their_queue(self, app: Celery, task: Any, tmp_path: Path) -> None:
        with worker(tmp_path, QUEUES) as journal:
            send = app.send_task
            send("publishing_app.again", kwargs={"countdown": 1}, queue=REPORTS, task_id="a")
            send("publishing_app.again", kwargs={"countdown": 1}, queue=REPORTS, countdown=1, task_id="b")
            send("publishing_app.flaky", queue=REPORTS, task_id="c")
            send("publishing_app.again", kwargs={"countdown": 0}, routing_key=REPORTS, task_id="d")
            send("publishing_app.work", ("e",), routing_key=REPORTS, countdown=2, task_id="e")
            send("publishing_app.work", ("f",), exchange="tasks", routing_key=REPORTS, task_id="f")
            linked = app.signature("publishing_app.after", ("g",)).set(queue=f"eu.{MAIL}", countdown=1)
            send("publishing_app.work", ("e",), queue=REPORTS, link=linked, task_id="e2")
            journal.wait("attempt 1", 4)
            journal.wait("e", 2)
            journal.wait("f")
            [after] = journal.wait("g")
            assert after["queue"] == f"eu.{MAIL}"
            others = [entry for entry in journal.entries if entry["what"] != "g"]
            assert {entry["queue"] for entry in others} == {REPORTS}

    @pytest.mark.parametrize("native", ["false", "true"])
    def test_queue_names_with_dots_never_match_each_other(
        self, app: Celery, task: Any, tmp_path: Path, native: str
    ) -> None:
        with worker(tmp_path, QUEUES, HA_CELERY_NATIVE_POOL=native) as journal:
            for queue in QUEUES[:3]:
                for number in range(20):
                    task.apply_async((f"{queue} {number}",), queue=queue)
                    task.apply_async((f"{queue} later {number}",), queue=queue, countdown=1)
            wait_for(lambda: len(journal.entries) >= 240, 60)
            time.sleep(3)
            runs = [entry for entry in journal.entries if not entry["what"].startswith("begin")]
            assert Counter(entry["queue"] for entry in runs) == dict.fromkeys(QUEUES[:3], 40)
            assert all(entry["what"].startswith(f"{entry['queue']} ") for entry in runs)
            assert len({entry["what"] for entry in runs}) == len(runs) == 120

    def test_a_delay_needs_a_queue(self, app: Celery, task: Any) -> None:
        for options in ({"routing_key": "nobody"}, {"exchange": "other", "routing_key": "nobody"}):
            with pytest.raises(UnroutableError, match="countdown or an eta needs a queue"):
                task.apply_async(countdown=5, **options)

    def test_what_no_queue_takes_is_a_dead_letter_and_delays_nobody(self, app: Celery, task: Any) -> None:
        gone = f"gone{os.getpid()}"
        app.amqp.queues.add(Queue(gone, app.amqp.default_exchange, gone))
        for _ in range(42):
            task.apply_async(queue=gone, countdown=2)
        with app.connection_for_write() as connection, connection.channel() as channel:
            channel.queue_delete(gone)
        began = time.monotonic()
        for seconds in (1, 3, 5):
            task.apply_async(countdown=seconds)
        wait_for(lambda: depth(app, MAIL) == 3, 20)
        assert time.monotonic() - began < 9
        # Delayed tasks of earlier tests, whose queues are gone, too, may arrive beside them.
        dead: list[str] = []

        def all_are_dead() -> bool:
            with app.connection_for_read() as connection, connection.channel() as channel:
                while message := channel.basic_get(broker_control.DEAD_LETTERS, no_ack=True):
                    dead.append(message.delivery_info["routing_key"])
            return sum(key.endswith(f".{gone}") for key in dead) == 42

        wait_for(all_are_dead, 30)

    def test_the_first_delayed_task_of_a_broker_makes_the_cascade(self, app: Celery, task: Any) -> None:
        with app.connection_for_write() as connection, connection.channel() as channel:
            channel.exchange_delete("celery_delayed_27")
            channel.exchange_delete("celery_delayed_delivery")
        task.apply_async(countdown=1)
        wait_for(lambda: depth(app, MAIL) == 1, 10)


class TestMigration:
    def test_bindings_of_earlier_versions_are_removed_and_what_is_delayed_arrives(
        self, app: Celery, task: Any, tmp_path: Path
    ) -> None:
        task.apply_async(countdown=30, args=("later",), queue=f"eu.{MAIL}")
        task.apply_async(("queued",), queue=f"eu.{MAIL}")
        with app.connection_for_write() as connection, connection.channel() as channel:
            for queue in QUEUES:
                app.amqp.queues[queue](channel).declare()
                channel.exchange_bind("tasks", "celery_delayed_delivery", f"#.{queue}")
                channel.queue_bind(queue, "tasks", f"#.{queue}")
            eu = f"eu.{MAIL}"
            channel.queue_unbind(eu, "celery_delayed_delivery", "*." * 28 + eu)
        with worker(tmp_path, QUEUES) as journal:
            [queued] = journal.wait("queued")
            [later] = journal.wait("later", seconds=60)
            assert queued["queue"] == later["queue"] == f"eu.{MAIL}"
            time.sleep(2)
            assert len(journal.of("later")) == 1
        bindings = broker_control.rabbitmqctl(
            "list_bindings", "source_name", "destination_name", "routing_key", "--formatter", "json"
        )
        assert not [binding for binding in json.loads(bindings) if binding["routing_key"] == f"#.{MAIL}"]

    def test_an_old_publisher_still_reaches_the_queue(self, app: Celery, task: Any) -> None:
        task.apply_async(task_id="new")
        with app.connection_for_write() as connection, connection.channel() as channel:
            channel.basic_publish(
                amqp.Message("[]", correlation_id="old"), exchange="tasks", routing_key=MAIL, mandatory=True
            )
        wait_for(lambda: depth(app, MAIL) == 2, 5)
        assert set(published(app)) == {"new", "old"}
