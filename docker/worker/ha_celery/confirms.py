"""A channel that pairs the broker's answers with the messages that were sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import kombu
from kombu.common import maybe_declare

from ha_celery.errors import is_missing_exchange
from ha_celery.message import Message, task_id_of


class Refusal(Exception):  # noqa: N818 - what a broker answers, not what a caller sees
    """The broker's answer is not a confirm. The message is not stored."""


class Nacked(Refusal):
    """The broker refused the message: the queue is full, or has no leader."""


class Returned(Refusal):
    """No queue takes the message."""


def is_unroutable(error: Exception) -> bool:
    """Return whether the exchange or the queue is missing: a queue without a leader answers NotFound, too."""
    return isinstance(error, Returned) or is_missing_exchange(error)


class Sent(NamedTuple):
    """A message that was sent over a channel."""

    tag: int
    id: str


#: Called with messages that are settled, and with the reason if they are not stored.
Settled = Callable[[list[Sent], Refusal | None], None]


class ConfirmChannel:
    """Counts delivery tags, so that a late answer is never attributed to another message."""

    def __init__(self, connection: kombu.Connection, settled: Settled) -> None:
        """Open a channel on a connection that is open."""
        self._connection = connection
        self._settled = settled
        self._sent: dict[int, str] = {}
        self._returned: set[str] = set()
        self._next_tag = 1
        self._channel: Any = connection.channel()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)

    @property
    def alarm(self) -> str | None:
        """The broker's reason for blocking this connection, such as `low on memory`."""
        alarm: str | None = self._connection.connection.alarm
        return alarm

    def send(self, message: Message, timeout: float | None) -> int:
        """Declare what the message needs and write it; return its delivery tag."""
        for entity in message.declare:
            # Checked here, because kombu copies the entity for each message to check whether it is declared.
            if hash(entity) not in self._connection.declared_entities:
                maybe_declare(entity, self._channel)
        # Before sending: the answer may be read while py-amqp sends.
        tag = self._next_tag
        self._next_tag += 1
        self._sent[tag] = message.id
        self._channel.basic_publish(
            message.content,
            exchange=message.exchange,
            routing_key=message.routing_key,
            mandatory=message.mandatory,
            timeout=timeout,
        )
        return tag

    def poll(self) -> None:
        """Process all answers that have arrived."""
        try:
            while True:
                self._connection.drain_events(timeout=0)
        except TimeoutError:
            return

    def flush(self) -> None:
        """Flush the WriteBuffer."""
        self._channel.connection.frame_writer.flush()

    def _take(self, tag: int, multiple: bool) -> list[Sent]:
        if not multiple:
            return [Sent(tag, self._sent.pop(tag))] if tag in self._sent else []
        taken = []
        # In the order of sending, so the first newer tag ends the search.
        while self._sent and (oldest := next(iter(self._sent))) <= tag:
            taken.append(Sent(oldest, self._sent.pop(oldest)))
        return taken

    def _on_ack(self, tag: int, multiple: bool) -> None:
        sent = self._take(tag, multiple)
        # RabbitMQ returns a message that no queue takes, and then confirms it.
        returned = [one for one in sent if one.id in self._returned]
        self._returned.difference_update(one.id for one in returned)
        stored = [one for one in sent if one not in returned]
        if stored:
            self._settled(stored, None)
        if returned:
            self._settled(returned, Returned("no queue takes it"))

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._settled(self._take(tag, multiple), Nacked("the queue is full or has no leader"))

    def _on_return(self, error: Exception, exchange: str, routing_key: str, message: Any) -> None:  # noqa: ARG002 - py-amqp's signature
        self._returned.add(task_id_of(message.properties))
