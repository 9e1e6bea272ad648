"""Delayed tasks: RabbitMQ holds them in a cascade of queues and then hands them to their own queue.

The cascade is that of Celery's native delayed delivery. The last step differs: Celery binds each queue to the
exchange of all tasks by `#.NAME`, which for a queue `mail` also matches the tasks of `eu.mail`.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Any

from amqp.exceptions import NotFound
from celery import bootsteps
from celery.worker.consumer import delayed_delivery
from dateutil.parser import isoparse
from kombu import Exchange, Queue
from kombu.common import Broadcast
from kombu.transport.native_delayed_delivery import (
    CELERY_DELAYED_DELIVERY_EXCHANGE,
    MAX_LEVEL,
    MAX_NUMBER_OF_BITS_TO_USE,
    calculate_routing_key,
    declare_native_delayed_delivery_exchanges_and_queues,
    level_name,
)

#: The exchange that delayed tasks are published to.
FIRST_EXCHANGE = level_name(MAX_LEVEL)
LONGEST_DELAY_SECONDS = 2**MAX_NUMBER_OF_BITS_TO_USE - 1

_DELAY_PREFIX = re.compile(rf"^(?:[01]\.){{{MAX_NUMBER_OF_BITS_TO_USE}}}")


def seconds_until(eta: str, now: datetime) -> int:
    """Return the delay until a task's eta in whole seconds, rounded up so that it is not delivered early."""
    due: datetime = isoparse(eta)
    if due.tzinfo is None:
        due = due.replace(tzinfo=now.tzinfo)
    # Of two time stamps, because a difference of local times is wrong by an hour when the clocks change.
    seconds = math.ceil(due.timestamp() - now.timestamp())
    if seconds > LONGEST_DELAY_SECONDS:
        raise ValueError(f"eta {eta} is more than {LONGEST_DELAY_SECONDS} s (8.5 years) ahead")
    return max(seconds, 0)


def delayed_key(seconds: int, queue: Queue) -> str:
    """Return the routing key that leads to a queue after a delay."""
    return str(calculate_routing_key(seconds, queue.name))


def without_delay(routing_key: str) -> str:
    """Return the key of a queue from that of a delayed message."""
    return _DELAY_PREFIX.sub("", routing_key)


def is_delay_exchange(name: str) -> bool:
    """Return whether messages of this exchange carry the name of a queue behind their delay."""
    return name.startswith("celery_delayed_")


class DelayedRoute:
    """The way of delayed tasks to a queue, for a producer to declare like a queue or an exchange."""

    can_cache_declaration = True
    is_bound = True

    def __init__(self, queue: Queue, queue_type: str) -> None:
        """Lead to this queue."""
        self._queue = queue
        self._queue_type = queue_type
        self.name = f"delayed {queue.name}"

    def __hash__(self) -> int:
        """Be the same for the same queue, as kombu's entities are."""
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        """Compare by queue."""
        return isinstance(other, DelayedRoute) and self.name == other.name

    def declare(self, channel: Any) -> None:
        """Declare the cascade, unless it is there, and bind the queue to its end."""
        connection = channel.connection.client
        if not cascade_exists(connection):
            declare_native_delayed_delivery_exchanges_and_queues(connection, self._queue_type)
        bind(self._queue, channel)


def bind(queue: Queue, channel: Any) -> None:
    """Bind a queue to the end of the cascade by exactly its name, which follows one word for each bit."""
    words = ["*"] * MAX_NUMBER_OF_BITS_TO_USE
    channel.queue_bind(queue.name, CELERY_DELAYED_DELIVERY_EXCHANGE, ".".join([*words, queue.name]))


def unbind_former(queue: Queue, channel: Any) -> None:
    """Remove Celery's own bindings, which earlier versions of this package made. Queued tasks stay.

    RabbitMQ ignores bindings that do not exist.
    """
    exchange: Exchange | None = queue.exchange
    if exchange is None or not exchange.name:
        return
    pattern = f"#.{queue.routing_key}"
    channel.queue_unbind(queue.name, exchange.name, pattern)
    channel.exchange_unbind(exchange.name, CELERY_DELAYED_DELIVERY_EXCHANGE, pattern)


class DelayedDelivery(delayed_delivery.DelayedDelivery):
    """Celery's step of a worker, which declares 115 objects; here only if they are missing."""

    def _setup_delayed_delivery(self, c: Any, broker_url: str) -> None:  # noqa: ARG002 - Celery's signature
        """Declare the cascade over the worker's connection, and bind all queues."""
        if not cascade_exists(c.connection):
            queue_type = c.app.conf.broker_native_delayed_delivery_queue_type
            declare_native_delayed_delivery_exchanges_and_queues(c.connection, queue_type)
        self._bind_queues(c.app, c.connection)

    def _bind_queues(self, app: Any, connection: Any) -> None:
        bind_all(app, connection)


class ExactBindings(bootsteps.StartStopStep):
    """Corrects the bindings that Celery's own consumer makes, where ours is not used."""

    requires = (delayed_delivery.DelayedDelivery,)

    def start(self, c: Any) -> None:
        """Replace them; Celery makes them again with every connection."""
        bind_all(c.app, c.connection)


def bind_all(app: Any, connection: Any) -> None:
    """Bind the queues that a worker takes tasks from, which it has just declared."""
    with connection.channel() as channel:
        for queue in app.amqp.queues.consume_from.values():
            if not isinstance(queue, Broadcast):
                bind(queue, channel)
                unbind_former(queue, channel)


def cascade_exists(connection: Any) -> bool:
    """Look for the exchange that is declared last; no queue has to answer for that."""
    try:
        with connection.channel() as channel:
            channel.exchange_declare(CELERY_DELAYED_DELIVERY_EXCHANGE, "topic", passive=True)
    except NotFound:
        return False
    return True
