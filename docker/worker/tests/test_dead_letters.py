from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, call

import amqp
import pytest
from amqp import spec
from broker_control import DEAD_LETTERS, declare_dead_letters, set_policies
from conftest import BROKER_URL, wait_for
from kombu import Connection

from ha_celery.drill.dead_letters import take


def message(tag: int, task_id: str) -> Any:
    return SimpleNamespace(delivery_tag=tag, properties={"correlation_id": task_id})


def run_take(messages: list[Any]) -> tuple[int, MagicMock]:
    app = MagicMock()
    channel = app.connection_for_read.return_value.__enter__.return_value.channel.return_value
    channel.queue_declare.return_value.message_count = len(messages) + 1
    waiting: Iterator[Any] = iter([*messages, None])
    channel.basic_get.side_effect = lambda queue: next(waiting)
    return take(app, "r1"), channel


def test_only_the_drills_own_messages_are_taken() -> None:
    taken, channel = run_take([message(1, "r1-poison"), message(2, "users"), message(3, "r10-poison")])
    assert taken == 1
    assert channel.basic_ack.mock_calls == [call(1)]


def test_others_are_put_back_without_counting_as_failed() -> None:
    _, channel = run_take([message(1, "users"), SimpleNamespace(delivery_tag=2, properties={})])
    assert channel.send_method.mock_calls == [
        call(spec.Basic.Nack, "Lbb", (1, False, True)),
        call(spec.Basic.Nack, "Lbb", (2, False, True)),
    ]
    channel.basic_ack.assert_not_called()
    channel.basic_reject.assert_not_called()


@pytest.mark.broker
def test_a_letter_stays_however_often_it_is_read() -> None:
    """By default, RabbitMQ drops a message of a quorum queue after more than 20 failed deliveries."""
    set_policies()
    with Connection(BROKER_URL) as connection, connection.channel() as channel:
        declare_dead_letters(channel)
        channel.basic_publish(amqp.Message("letter"), DEAD_LETTERS)
        for _ in range(25):
            wait_for(lambda: (letter := channel.basic_get(DEAD_LETTERS)) and reject(letter))
        wait_for(lambda: channel.queue_declare(DEAD_LETTERS, passive=True).message_count == 1)
        channel.queue_purge(DEAD_LETTERS)


def reject(letter: amqp.Message) -> bool:
    """Return a letter in the way that counts as a failed delivery."""
    letter.channel.basic_reject(letter.delivery_tag, requeue=True)
    return True
