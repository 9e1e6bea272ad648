"""A serialized message, which all attempts to publish it share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import amqp
from amqp.serialization import dumps as dumps_arguments
from kombu import Exchange
from kombu.compression import compress
from kombu.entity import maybe_delivery_mode
from kombu.exceptions import EncodeError
from kombu.serialization import dumps

from ha_celery.errors import MessageTooLargeError, words

#: RabbitMQ's `max_message_size`. RabbitMQ closes the channel when a message exceeds it.
LARGEST_MESSAGE = 16 * 1024 * 1024

#: Headers and other properties must fit in one frame of 128 KiB, of which 20 bytes are the frame's own.
#: RabbitMQ closes the connection when they do not.
LARGEST_PROPERTIES = 128 * 1024 - 20

#: Header with the time of publishing, in milliseconds. RabbitMQ can set the same header itself.
PUBLISHED = "timestamp_in_ms"


class Content(amqp.Message):
    """py-amqp's message, with properties that are serialized once, before anything is sent."""

    def __init__(self, body: bytes, **properties: Any) -> None:
        """Serialize the properties."""
        super().__init__(body, **properties)
        self.serialized: bytes = super()._serialize_properties()

    def _serialize_properties(self) -> bytes:
        """Return them; py-amqp calls this for each attempt."""
        return self.serialized


@dataclass(frozen=True)
class Message:
    """A serialized message, its destination, and what must be declared before it is sent."""

    content: Content
    exchange: str
    routing_key: str
    mandatory: bool
    declare: tuple[Any, ...]

    @property
    def id(self) -> str:
        """The task's id; empty if the message is not a task."""
        return task_id_of(self.properties)

    @property
    def properties(self) -> Mapping[str, Any]:
        """Properties by AMQP's names."""
        properties: Mapping[str, Any] = self.content.properties
        return properties

    @property
    def headers(self) -> Mapping[str, Any]:
        """Celery's headers of the task, and the caller's."""
        headers: Mapping[str, Any] = self.properties["application_headers"]
        return headers

    def __str__(self) -> str:
        """Name the message in an error."""
        return _name(self.id, self.headers, self.exchange)


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
    try:
        # py-amqp does the same when it sends.
        dumps_arguments("ss", (exchange, routing_key or ""))
        content = Content(
            body,
            priority=priority,
            content_type=content_type,
            content_encoding=content_encoding or "binary",
            application_headers=headers,
            **properties,
        )
    except Exception as error:
        name = _name(task_id_of({**properties, "application_headers": headers}), headers, exchange)
        raise EncodeError(
            f"headers, properties, or routing key of {name} cannot be encoded: {words(error)}"
        ) from error
    message = Message(content, exchange, routing_key or "", mandatory, tuple(declare or ()))
    _check_size(message, "", len(body), LARGEST_MESSAGE, "16 MiB")
    _check_size(message, " of headers", len(content.serialized), LARGEST_PROPERTIES, "128 KiB")
    return message


def task_id_of(properties: Mapping[str, Any]) -> str:
    """Return a task's id. A caller may set `correlation_id`, which only Celery's first protocol needs."""
    headers: Mapping[str, Any] = properties.get("application_headers") or {}
    return str(headers.get("id") or properties.get("correlation_id") or "")


def _name(task_id: str, headers: Mapping[str, Any], exchange: str) -> str:
    return f"task {headers.get('task', '')}[{task_id}]" if task_id else f"message to exchange {exchange!r}"


def _check_size(message: Message, what: str, size: int, largest: int, limit: str) -> None:
    if size > largest:
        error = MessageTooLargeError(
            f"{message} has {size:,} bytes{what}, but RabbitMQ accepts {largest:,} ({limit}) at most."
            " Store the data elsewhere, such as in object storage, and pass a reference to it."
        )
        error.task_id = message.id
        raise error
