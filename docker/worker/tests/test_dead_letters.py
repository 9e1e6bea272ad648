"""The queue of dead letters."""

import amqp
import pytest
from broker_control import DEAD_LETTERS, declare_dead_letters, set_policies
from conftest import BROKER_URL, wait_for
from kombu import Connection


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
