"""`ConfirmedPublisher.poll`, with a simulated broker."""

from typing import Any

import amqp
import pytest
from celery import Celery
from window_broker import IDS, Broker, Link

from ha_celery import (
    ConfirmedPublisher,
)


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
