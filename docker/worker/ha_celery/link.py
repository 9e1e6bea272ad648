"""A connection that publishes one message at a time, and a pool of such connections."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import kombu
from amqp.exceptions import AMQPError, NotFound, RecoverableConnectionError

from ha_celery.backoff import LONGEST_CONNECT_SECONDS, connect_timeout
from ha_celery.confirms import ConfirmChannel, Refusal, Returned, Sent, is_unroutable
from ha_celery.connection import Deadline, drop, for_publishing, next_broker
from ha_celery.message import Message


class NoConfirmError(Exception):
    """No confirm arrived in time. `written` says whether the message was written to the broker."""

    def __init__(self, reason: str, written: bool) -> None:
        """Keep both."""
        super().__init__(reason, written)
        self.reason = reason
        self.written = written

    def __str__(self) -> str:
        """Return the reason."""
        return self.reason


class BlockedError(NoConfirmError):
    """The broker blocks the connection until the end of an alarm, and the deadline came first."""


class Link:
    """A connection of one thread at a time; connects when needed."""

    def __init__(self, connection: kombu.Connection) -> None:
        """Use a copy of this connection."""
        self._deadline = Deadline()
        self._connection = for_publishing(connection, self._deadline)
        self._longest_timeout = self._connection.connect_timeout or LONGEST_CONNECT_SECONDS
        self._channel: ConfirmChannel | None = None
        self._awaited = 0
        self._answer: Refusal | None = None

    def publish(self, message: Message, deadline: float, confirm_timeout: float, failures: int) -> None:
        """Return when the message is stored. Any error but a refusal or an alarm drops the connection."""
        self._deadline.at = deadline
        try:
            self._publish(message, confirm_timeout, failures)
        except (Refusal, BlockedError):
            raise
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Close the connection without waiting for the broker."""
        self._channel = None
        drop(self._connection)

    def _publish(self, message: Message, confirm_timeout: float, failures: int) -> None:
        try:
            self._attempt(message, confirm_timeout, failures)
        except (Returned, NotFound) as error:
            if not message.declare or not is_unroutable(error):
                raise
            # A queue that was declared over this connection may have been deleted since.
            self.drop()
            self._attempt(message, confirm_timeout, failures)

    def _attempt(self, message: Message, confirm_timeout: float, failures: int) -> None:
        channel = self._opened(failures)
        channel.poll()
        self._wait_while_blocked(channel)
        self._send(channel, message)
        self._wait_for_answer(channel, confirm_timeout)
        if self._answer:
            raise self._answer

    def _send(self, channel: ConfirmChannel, message: Message) -> None:
        left = self._deadline.left()
        if left <= 0:
            raise NoConfirmError("no time is left", written=False)
        self._awaited = 0
        try:
            self._awaited = channel.send(message, timeout=left if left < math.inf else None)
        except (OSError, RecoverableConnectionError) as error:
            # The broker cannot store a message whose end was not written.
            raise NoConfirmError(_write_error(channel, error), written=False) from error

    def _opened(self, failures: int) -> ConfirmChannel:
        if self._channel is None or not self._connection.connected:
            self.drop()
            longest = min(self._longest_timeout, max(self._deadline.left(), 0.1))
            self._connection.connect_timeout = connect_timeout(failures, longest)
            try:
                self._connection.ensure_connection(max_retries=0)
            except Exception:
                next_broker(self._connection)
                raise
            self._channel = ConfirmChannel(self._connection, self._settled)
        return self._channel

    def _wait_while_blocked(self, channel: ConfirmChannel) -> None:
        while channel.alarm:
            if self._deadline.left() <= 0:
                raise BlockedError(alarm_words(channel.alarm), written=False)
            self._drain(1.0)

    def _wait_for_answer(self, channel: ConfirmChannel, confirm_timeout: float) -> None:
        silent_since = time.monotonic()
        while self._awaited:
            now = time.monotonic()
            if channel.alarm:
                # The broker reads the message after the alarm, so a second copy would be a duplicate.
                silent_since = now
            silence = now - silent_since
            if self._deadline.left() <= 0 and channel.alarm:
                raise BlockedError(alarm_words(channel.alarm), written=True)
            if self._deadline.left() <= 0 or silence > confirm_timeout:
                raise NoConfirmError(f"no confirm for {silence:.0f} s", written=True)
            self._drain(min(1.0, confirm_timeout))

    def _drain(self, longest: float) -> None:
        try:
            self._connection.drain_events(timeout=longest)
        except TimeoutError:
            return

    def _settled(self, sent: list[Sent], refusal: Refusal | None) -> None:
        # Other answers belong to messages that were given up during an alarm.
        if any(one.tag == self._awaited for one in sent):
            self._awaited = 0
            self._answer = refusal


def _write_error(channel: ConfirmChannel, error: Exception) -> str:
    """Return the alarm that blocked the write, otherwise the error."""
    with suppress(OSError, AMQPError):
        channel.poll()
    return alarm_words(channel.alarm) if channel.alarm else repr(error)


def alarm_words(reason: str) -> str:
    """Name an alarm: RabbitMQ gives `low on memory` or `low on disk`."""
    return f"a {reason.removeprefix('low on ')} alarm blocks publishers ({reason})"


class PoolExhaustedError(Exception):
    """Every connection of the pool is in use, and none was returned before the deadline."""


class LinkPool:
    """Connections to one broker, for the threads of one process."""

    def __init__(self, connection: kombu.Connection, limit: int | None) -> None:
        """Allow `limit` connections at a time, or any number."""
        #: The broker's URL without its password.
        self.broker = connection.as_uri()
        self.connection = for_publishing(connection, Deadline())
        self._limit = limit
        self._start()

    def _start(self) -> None:
        self._idle: list[Link] = []
        self._free: Any = threading.Semaphore(self._limit) if self._limit else None
        # Last, so that no other thread of a new child takes a connection of the parent.
        self._process = os.getpid()

    @contextmanager
    def acquire(self, deadline: float) -> Iterator[Link]:
        """Lend a connection to the caller's thread."""
        if self._process != os.getpid():
            # Connections of the parent process must not be used, nor closed, by its children.
            self._start()
        idle, free = self._idle, self._free
        if free and not free.acquire(timeout=_timeout(deadline)):
            raise PoolExhaustedError(f"all {self._limit} connections of this process wait for the broker")
        link = idle.pop() if idle else Link(self.connection)
        try:
            yield link
        finally:
            idle.append(link)
            if free:
                free.release()


def _timeout(deadline: float) -> float | None:
    return None if deadline == math.inf else max(deadline - time.monotonic(), 0.0)
