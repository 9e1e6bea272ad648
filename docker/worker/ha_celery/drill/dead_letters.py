"""Removes the messages of one drill run from the dead-letter queue and prints their number.

python -m ha_celery.drill.dead_letters RUN
"""

from __future__ import annotations

import sys
from typing import Any

from amqp import spec
from celery import Celery

QUEUE = "dead-letters"


def take(app: Celery, run: str) -> int:
    """Removes the tasks whose id starts with the run's name; all others stay, in their order."""
    with app.connection_for_read() as connection:
        channel = connection.channel()
        waiting = channel.queue_declare(QUEUE, passive=True).message_count
        # All messages are held until the end; otherwise the same ones would be delivered again.
        held = [message for _ in range(waiting) if (message := channel.basic_get(QUEUE)) is not None]
        ours = [message for message in held if is_of(message, run)]
        for message in held:
            if message in ours:
                channel.basic_ack(message.delivery_tag)
            else:
                _put_back(channel, message.delivery_tag)
        return len(ours)


def is_of(message: Any, run: str) -> bool:
    """Returns whether a message belongs to a drill run."""
    return str(message.properties.get("correlation_id", "")).startswith(f"{run}-")


def _put_back(channel: Any, delivery_tag: int) -> None:
    """Sends basic.nack; a reject or a closed channel counts as one of at most 20 failed deliveries."""
    channel.send_method(spec.Basic.Nack, "Lbb", (delivery_tag, False, True))


if __name__ == "__main__":
    from ha_celery.drill.app import app as drill_app

    print(take(drill_app, sys.argv[1]))
