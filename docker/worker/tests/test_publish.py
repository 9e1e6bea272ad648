from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import amqp
import pytest
from amqp.basic_message import Message
from amqp.spec import Basic
from celery import Celery
from kombu.exceptions import EncodeError

from ha_celery import ConfirmedPublisher, DuplicateIdError, SettingsError, UnroutableError, confirms


class Broker:
    """Answers what one connection after the other publishes, as each connection's script says."""

    def __init__(self, *scripts: Callable[["Link"], None]) -> None:
        self.scripts = list(scripts)
        self.links: list[Link] = []

    def connect(self) -> Any:
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        link = Link(script)
        self.links.append(link)
        return link.connection

    @property
    def received(self) -> list[str]:
        return [task_id for link in self.links for task_id in link.sent]


class Link:
    def __init__(self, script: Callable[["Link"], None]) -> None:
        self.unsent: list[str] = []
        self.sent: list[str] = []
        self.writes: list[int] = []
        self.answered = 0
        self.channel = MagicMock()
        self.channel.events = defaultdict(set)
        self.channel.basic_publish.side_effect = self._publish
        self.channel.prepare_message = lambda body, properties, **_: Message(body, **properties)
        self.raw = MagicMock(alarm=None)
        self.connection = MagicMock()
        self.connection.clone.return_value = self.connection
        self.connection.transport_options = {"confirm_publish": True}
        self.connection.connect_timeout = 10
        self.connection.channel.side_effect = self._open
        self.connection.connection = self.raw
        self.connection.drain_events.side_effect = lambda timeout: script(self)
        self.channel.connection.client = self.connection

    def _open(self) -> Any:
        transport = SimpleNamespace(write=lambda frames: self.write(frames))
        raw = SimpleNamespace(frame_max=131_072, bytes_sent=0)
        self.channel.connection.frame_writer = self.connection.transport_options["frame_writer"](
            raw, transport
        )
        return self.channel

    def _publish(self, message: Message, **options: Any) -> None:
        assert options["mandatory"] is True
        self.unsent.append(message.properties["correlation_id"])
        self.channel.connection.frame_writer(1, 1, Basic.Publish, b"", message)

    def write(self, frames: bytes) -> None:
        assert frames
        self.sent += self.unsent
        self.writes.append(len(self.unsent))
        self.unsent.clear()

    def answer(self, event: str, *args: Any) -> None:
        for handler in self.channel.events[event]:
            handler(*args)

    def ack_all(self) -> None:
        self.answered = len(self.sent)
        self.answer("basic_ack", len(self.sent), True)


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch, app: Celery) -> Any:
    @app.task(shared=False)
    def work(*_: Any) -> None: ...

    def run(
        broker: Broker, tasks: int, window: int = 10, **options: Any
    ) -> tuple[list[str], ConfirmedPublisher]:
        confirmed: list[str] = []
        # Celery makes its event dispatcher here, with a connection that is none of the publisher's.
        assert app.amqp.send_task_message
        assert app.amqp.producer_pool
        monkeypatch.setattr(app, "connection_for_write", broker.connect)
        with ConfirmedPublisher(app, confirmed.extend, window=window, **options) as publisher:
            for number in range(tasks):
                publisher.publish(work, task_id=f"r-{number}")
        return confirmed, publisher

    return run


IDS = [f"r-{number}" for number in range(25)]


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


def test_a_mistake_is_raised_at_once(publish: Any) -> None:
    def refuse(link: Link) -> None:
        raise amqp.AccessRefused("ACCESS_REFUSED")

    with pytest.raises(amqp.AccessRefused):
        publish(Broker(refuse), 1)


def test_a_task_that_cannot_be_serialized_is_the_only_one_to_fail(publish: Any, app: Celery) -> None:
    broker = Broker(Link.ack_all)
    confirmed, publisher = publish(broker, 0)
    work = app.tasks["test_publish.work"]
    with publisher:
        publisher.publish(work, task_id="good")
        with pytest.raises(EncodeError):
            publisher.publish(work, (object(),), task_id="bad")
        publisher.publish(work, task_id="next")
    assert confirmed == broker.received == ["good", "next"]
    assert publisher.published == 2


def test_an_error_of_the_callback_comes_out_and_no_id_is_lost(app: Celery, publish: Any) -> None:
    publish(Broker(Link.ack_all), 0)
    work, reported = app.tasks["test_publish.work"], []

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
    work = app.tasks["test_publish.work"]
    with publisher:
        publisher.publish(work, task_id="r-0")
        with pytest.raises(DuplicateIdError, match="'r-0' belongs to a task that is not confirmed"):
            publisher.publish(work, task_id="r-0")
        publisher.flush()
        publisher.publish(work, task_id="r-0")
    assert confirmed == broker.received == ["r-0", "r-0"]


def test_a_queue_declared_otherwise_fails_its_task_only(
    app: Celery, publish: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = Broker(Link.ack_all)
    confirmed, publisher = publish(broker, 0)
    work = app.tasks["test_publish.work"]

    def refuse(*_: Any) -> None:
        monkeypatch.undo()
        monkeypatch.setattr(app, "connection_for_write", broker.connect)
        raise amqp.PreconditionFailed("inequivalent arg")

    monkeypatch.setattr(confirms, "maybe_declare", refuse)
    with publisher:
        with pytest.raises(amqp.PreconditionFailed):
            publisher.publish(work, task_id="bad")
        publisher.publish(work, task_id="good")
    assert confirmed == broker.received == ["good"]


class TestPoll:
    @pytest.fixture
    def start(self, monkeypatch: pytest.MonkeyPatch, app: Celery) -> Any:
        def start(broker: Broker) -> tuple[Any, ConfirmedPublisher, list[str]]:
            @app.task(name="poll", shared=False)
            def work() -> None: ...

            assert app.amqp.send_task_message
            assert app.amqp.producer_pool
            monkeypatch.setattr(app, "connection_for_write", broker.connect)
            confirmed: list[str] = []
            return work, ConfirmedPublisher(app, confirmed.extend), confirmed

        return start

    def test_it_reports_confirms_and_returns_in_time(self, start: Any, no_sleep: list[float]) -> None:
        def script(link: Link) -> None:
            no_sleep.append(0.125)
            if len(link.sent) == link.answered:
                raise TimeoutError
            link.ack_all()

        work, publisher, confirmed = start(Broker(script))
        publisher.publish(work, task_id="r-0")
        assert confirmed == []
        publisher.poll(0)
        assert confirmed == ["r-0"]
        publisher.poll(1)
        assert sum(no_sleep) == pytest.approx(1.125)

    def test_it_connects_before_the_first_task(self, start: Any, no_sleep: list[float]) -> None:
        def silent(link: Link) -> None:
            no_sleep.append(0.1)
            raise TimeoutError

        broker = Broker(silent)
        start(broker)[1].poll(0)
        assert len(broker.links) == 1

    def test_the_brokers_silence_counts_from_the_first_unconfirmed_task(
        self, start: Any, no_sleep: list[float]
    ) -> None:
        def silent(link: Link) -> None:
            no_sleep.append(1.0)
            raise TimeoutError

        broker = Broker(silent)
        work, publisher, _ = start(broker)
        publisher.poll(1000)
        publisher.publish(work, task_id="r-0")
        publisher.poll(9)
        assert len(broker.links) == 1
        assert broker.links[0].connection.heartbeat_check.call_count == 1009
        publisher.poll(3)
        assert len(broker.links) == 2
        assert broker.links[1].sent == ["r-0"]

    @pytest.mark.parametrize("blocked", [False, True])
    def test_a_silent_broker_is_sent_little(self, blocked: bool, start: Any, no_sleep: list[float]) -> None:
        sent_in_silence = 0

        def silent_for_nine_seconds(link: Link) -> None:
            nonlocal sent_in_silence
            no_sleep.append(0.25)
            if blocked:
                link.raw.alarm = "low on memory"
            if sum(no_sleep) < 9:
                sent_in_silence = len(link.sent)
                raise TimeoutError
            link.raw.alarm = None
            link.ack_all()

        work, publisher, confirmed = start(Broker(silent_for_nine_seconds))
        for number in range(25):
            publisher.publish(work, task_id=f"r-{number}")
            publisher.poll(0.25)
        # A second of tasks, or the one with which the broker said so, and the one that then has to wait.
        assert sent_in_silence == (2 if blocked else 6)
        assert confirmed == IDS
        assert publisher.retries == 0

    def test_missed_heartbeats_are_a_lost_connection(self, start: Any, no_sleep: list[float]) -> None:
        def silent(link: Link) -> None:
            no_sleep.append(1.0)
            if len(broker.links) == 1:
                link.connection.heartbeat_check.side_effect = amqp.ConnectionForced("missed")
            raise TimeoutError

        broker = Broker(silent)
        start(broker)[1].poll(5)
        assert len(broker.links) == 2
