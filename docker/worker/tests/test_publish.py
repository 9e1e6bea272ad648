"""The window of `ConfirmedPublisher`, with a simulated broker."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import amqp
import pytest
from celery import Celery
from kombu.exceptions import EncodeError
from window_broker import IDS, Broker, Link

from ha_celery import (
    ConfirmedPublisher,
    DuplicateIdError,
    SettingsError,
    UnroutableError,
    confirms,
)


def test_everything_is_confirmed_once_in_windows(publish: Any) -> None:
    most = 0

    def script(link: Link) -> None:
        nonlocal most
        most = max(most, len(link.sent) - link.answered)
        link.ack_all()

    broker = Broker(script)
    confirmed, publisher = publish(broker, 25)
    assert confirmed == IDS
    assert broker.received == IDS
    assert most == 10
    assert (publisher.published, publisher.retries) == (25, 0)


def test_tasks_that_follow_each_other_at_once_share_writes(publish: Any, no_sleep: list[float]) -> None:
    broker = Broker(Link.ack_all)
    publish(broker, 70, window=100)
    assert broker.links[0].writes == [1, 32, 32, 5]


def test_a_write_that_fails_is_a_lost_connection(publish: Any, no_sleep: list[float]) -> None:
    def fail(frames: bytes) -> None:
        raise TimeoutError

    class Stuck(Broker):
        def connect(self) -> Any:
            connection = super().connect()
            if len(self.links) == 1:
                self.links[0].write = fail
            return connection

    broker = Stuck(Link.ack_all)
    confirmed, publisher = publish(broker, 3)
    assert confirmed == IDS[:3]
    assert (len(broker.links), publisher.retries) == (2, 1)


def test_what_is_declared_is_not_looked_at_again(publish: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Any] = []
    monkeypatch.setattr(confirms, "maybe_declare", lambda entity, channel: looks.append(entity))

    class Declared(Broker):
        def connect(self) -> Any:
            connection = super().connect()
            connection.declared_entities = declared
            return connection

    declared: set[int] = set()
    publish(Declared(Link.ack_all), 2)
    assert len(looks) == 2
    declared.add(hash(looks[0]))
    publish(Declared(Link.ack_all), 2)
    assert len(looks) == 2


def test_single_and_multiple_acks_in_any_order(publish: Any) -> None:
    def script(link: Link) -> None:
        link.answer("basic_ack", 2, False)
        link.answer("basic_ack", 1, False)
        link.answer("basic_ack", len(link.sent), True)

    confirmed, _ = publish(Broker(script), 5)
    assert sorted(confirmed) == IDS[:5]
    assert confirmed[:2] == ["r-1", "r-0"]


def test_a_lost_connection_is_replaced_and_the_unconfirmed_sent_again(
    publish: Any, no_sleep: list[float]
) -> None:
    def lose(link: Link) -> None:
        link.answer("basic_ack", 4, True)
        raise ConnectionResetError

    broker = Broker(lose, Link.ack_all)
    confirmed, publisher = publish(broker, 25)
    assert confirmed == IDS
    assert broker.links[1].sent == IDS[4:]
    assert publisher.retries == 6
    assert no_sleep


def test_addresses_that_do_not_answer_are_tried_for_longer_each_time(
    publish: Any, no_sleep: list[float]
) -> None:
    class Lost(Broker):
        def connect(self) -> Any:
            connection = super().connect()
            if len(self.links) < 6:
                connection.ensure_connection.side_effect = TimeoutError("no answer")
            return connection

    broker = Lost(Link.ack_all)
    publish(broker, 1)
    assert [link.connection.connect_timeout for link in broker.links] == [2, 2, 4, 8, 10, 10]
    assert len(no_sleep) == 5


def test_a_refused_message_is_sent_again(publish: Any, no_sleep: list[float]) -> None:
    def refuse_first(link: Link) -> None:
        if len(link.sent) == 3:
            link.answer("basic_nack", 2, False)
        link.ack_all()

    broker = Broker(refuse_first)
    confirmed, publisher = publish(broker, 3)
    assert sorted(confirmed) == IDS[:3]
    assert broker.received == ["r-0", "r-1", "r-2", "r-1"]
    assert publisher.retries == 1


def test_an_unroutable_message_is_not_confirmed(publish: Any, no_sleep: list[float]) -> None:
    def return_it(link: Link) -> None:
        message = SimpleNamespace(properties={"correlation_id": "r-0"})
        link.answer("basic_return", amqp.ChannelError("NO_ROUTE"), "tasks", "tasks", message)
        link.ack_all()

    broker = Broker(return_it)
    with pytest.raises(UnroutableError, match="'tasks' of exchange ''") as raised:
        publish(broker, 3)
    assert raised.value.task_id == "r-0"
    # Declared anew, once: the queue may have been deleted.
    assert broker.received == ["r-0", "r-1", "r-2", "r-0"]


def test_silence_is_a_lost_connection_but_not_during_an_alarm(
    publish: Any, no_sleep: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(link: Link) -> None:
        no_sleep.append(1.0)
        raise TimeoutError

    def alarm(link: Link) -> None:
        link.raw.alarm = "low on memory"
        link.connection.drain_events.side_effect = lambda timeout: waits(link)
        raise TimeoutError

    def waits(link: Link) -> None:
        no_sleep.append(1.0)
        if sum(no_sleep) < 60:
            raise TimeoutError
        link.raw.alarm = None
        link.ack_all()

    broker = Broker(silent, alarm)
    confirmed, _ = publish(broker, 2)
    assert sorted(confirmed) == IDS[:2]
    assert len(broker.links) == 2


def test_an_idle_publisher_has_its_whole_budget(app: Celery, publish: Any, no_sleep: list[float]) -> None:
    def lost_once(link: Link) -> None:
        if len(broker.links) == 1 and link.answered:
            raise amqp.ConnectionForced("closed")
        link.ack_all()

    broker = Broker(lost_once)
    confirmed, publisher = publish(broker, 0, give_up_seconds=300)
    work = app.tasks["window.work"]
    publisher.publish(work, task_id="r-0")
    publisher.flush()
    no_sleep.append(1000)
    publisher.publish(work, task_id="r-1")
    publisher.flush()
    assert confirmed == ["r-0", "r-1"]


CANNOT_BE_SENT: list[dict[str, Any]] = [
    {"args": (object(),)},
    {"headers": {"tenant": uuid4()}},
    {"priority": "high"},
    {"routing_key": "x" * 256},
]


def test_a_task_that_cannot_be_serialized_is_the_only_one_to_fail(publish: Any, app: Celery) -> None:
    broker = Broker(Link.ack_all)
    confirmed, publisher = publish(broker, 0)
    work = app.tasks["window.work"]
    with publisher:
        publisher.publish(work, task_id="good")
        for options in CANNOT_BE_SENT:
            with pytest.raises(EncodeError):
                publisher.publish(work, task_id="bad", **options)
        publisher.publish(work, task_id="next")
    assert confirmed == broker.received == ["good", "next"]
    assert publisher.published == 2


def test_an_error_of_the_callback_comes_out_and_no_id_is_lost(
    app: Celery, publish: Any, no_sleep: list[float]
) -> None:
    publish(Broker(Link.ack_all), 0)
    work, reported = app.tasks["window.work"], []

    def report(ids: list[str]) -> None:
        reported.append(ids)
        if len(reported) == 1:
            raise OSError("the disk is full")

    publisher = ConfirmedPublisher(app, report)
    publisher.publish(work, task_id="r-0")
    with pytest.raises(OSError, match="disk is full"):
        publisher.flush()
    publisher.flush()
    assert reported == [["r-0"], ["r-0"]]
    publisher.close()


def test_an_app_that_is_not_configured_is_refused() -> None:
    with pytest.raises(SettingsError, match="'plain' is not configured"):
        ConfirmedPublisher(Celery("plain", set_as_current=False), lambda ids: None)


def test_an_unconfirmed_id_cannot_be_used_again(app: Celery, publish: Any) -> None:
    broker = Broker(Link.ack_all)
    confirmed, publisher = publish(broker, 0)
    work = app.tasks["window.work"]
    with publisher:
        publisher.publish(work, task_id="r-0")
        with pytest.raises(DuplicateIdError, match="'r-0' belongs to a task that is not confirmed"):
            publisher.publish(work, task_id="r-0")
        publisher.flush()
        publisher.publish(work, task_id="r-0")
    assert confirmed == broker.received == ["r-0", "r-0"]


def test_tasks_may_share_a_correlation_id(app: Celery, publish: Any, no_sleep: list[float]) -> None:
    def lost_once(link: Link) -> None:
        if len(broker.links) == 1:
            raise amqp.ConnectionForced("closed")
        link.ack_all()

    broker = Broker(lost_once)
    confirmed, publisher = publish(broker, 0)
    with publisher:
        for number in range(3):
            publisher.publish(app.tasks["window.work"], task_id=f"r-{number}", correlation_id="order-7")
    assert confirmed == IDS[:3]
    assert broker.links[1].sent == ["order-7"] * 3
