"""A serialized message, which all attempts to publish it share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kombu import Exchange
from kombu.compression import compress
from kombu.entity import maybe_delivery_mode
from kombu.serialization import dumps

from ha_celery.errors import MessageTooLargeError

#: RabbitMQ's `max_message_size`. RabbitMQ closes the channel when a message exceeds it.
LARGEST_MESSAGE = 16 * 1024 * 1024

#: Header with the time of publishing, in milliseconds. RabbitMQ can set the same header itself.
PUBLISHED = "timestamp_in_ms"


@dataclass(frozen=True)
class Message:
    """A serialized message, its destination, and what must be declared before it is sent."""

    body: bytes
    #: Arguments of kombu's `prepare_message`, by name.
    format: Mapping[str, Any]
    exchange: str
    routing_key: str
    mandatory: bool
    declare: tuple[Any, ...]

    @property
    def id(self) -> str:
        """The task's id; empty if the message is not a task."""
        return str(self.format["properties"].get("correlation_id") or "")

    def __str__(self) -> str:
        """Name the message in an error."""
        if not self.id:
            return f"message to exchange {self.exchange!r}"
        return f"task {self.format['headers'].get('task', '')}[{self.id}]"


def encode(
    body: Any,
    *,
    exchange: Any = "",
    routing_key: str | None = "",
    serializer: str | None = None,
    compression: str | None = None,
    content_type: str | None = None,
    content_encoding: str | None = None,
    headers: dict[str, Any] | None = None,
    delivery_mode: Any = None,
    priority: int | None = 0,
    expiration: float | None = None,
    mandatory: bool = False,
    declare: Iterable[Any] | None = None,
    **properties: Any,
) -> Message:
    """Serialize a message as kombu's Producer does; the options have kombu's names and meanings."""
    headers = {} if headers is None else headers
    if not content_type:
        content_type, content_encoding, body = dumps(body, serializer=serializer)
    if isinstance(body, str):
        content_encoding = content_encoding or "utf-8"
        body = body.encode(content_encoding)
    if compression:
        body, headers["compression"] = compress(body, compression)
    if isinstance(exchange, Exchange):
        exchange, delivery_mode = exchange.name, delivery_mode or exchange.delivery_mode
    properties["delivery_mode"] = maybe_delivery_mode(delivery_mode)
    if expiration is not None:
        properties["expiration"] = str(int(expiration * 1000))
    message = Message(
        body,
        {
            "priority": priority,
            "content_type": content_type,
            "content_encoding": content_encoding or "binary",
            "headers": headers,
            "properties": properties,
        },
        exchange,
        routing_key or "",
        mandatory,
        tuple(declare or ()),
    )
    _check_size(message)
    return message


def _check_size(message: Message) -> None:
    size = len(message.body)
    if size > LARGEST_MESSAGE:
        error = MessageTooLargeError(
            f"{message} has {size:,} bytes, but RabbitMQ accepts {LARGEST_MESSAGE:,} (16 MiB) at most."
            " Store the data elsewhere, such as in object storage, and pass a reference to it."
        )
        error.task_id = message.id
        raise error
