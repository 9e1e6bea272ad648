"""A worker's attempts to connect: patience and pauses that grow, and pauses that differ between workers."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from typing import Any

from ha_celery.backoff import Backoff, connect_timeout
from ha_celery.connection import next_broker
from ha_celery.errors import TEMPORARY

#: Upper limit of the pause before the first attempt after a lost connection, in seconds.
SPREAD_SECONDS = 0.5
#: A connection that is lost earlier than this counts as a failed attempt.
STABLE_SECONDS = 10.0
#: Interval at which a pausing worker checks whether it must stop, in seconds.
POLL_SECONDS = 0.5


class Attempts:
    """The attempts of one worker to connect. A connection that is lost early counts as a failed one."""

    def __init__(self) -> None:
        """Begins without failures."""
        self._backoff = Backoff(math.inf)
        self._connected_at: float | None = None

    def begin(self, callback: Callable[[], None]) -> None:
        """Pauses before a new connection: up to SPREAD_SECONDS, or longer each time if none lasts."""
        if self._connected_at is None:
            return
        if time.monotonic() - self._connected_at < STABLE_SECONDS:
            _sleep(self._backoff.next_pause(), callback)
        else:
            self._backoff.progress()
            _sleep(random.uniform(0, SPREAD_SECONDS), callback)  # noqa: S311 - no secret

    def apply_to(self, connection: Any) -> None:
        """Replaces `ensure_connection` of a connection."""
        connection.ensure_connection = _EnsureConnection(connection, self._backoff, self._connected)

    def _connected(self) -> None:
        self._connected_at = time.monotonic()


class _EnsureConnection:
    """Replacement of `ensure_connection`. Kombu's raises an error if the broker refuses the password."""

    def __init__(self, connection: Any, backoff: Backoff, connected: Callable[[], None]) -> None:
        self._connection = connection
        self._connect = connection.ensure_connection
        self._longest_timeout = connection.connect_timeout
        self._backoff = backoff
        self._connected = connected

    def __call__(
        self, errback: Callable[..., None], max_retries: int | None, callback: Callable[[], None]
    ) -> Any:
        failures = 0
        while True:
            try:
                return self._attempt()
            except TEMPORARY as error:
                failures += 1
                if max_retries is not None and failures > max_retries:
                    raise
                pause = self._backoff.next_pause()
                errback(error, pause)
                next_broker(self._connection)
                _sleep(pause, callback)

    def _attempt(self) -> Any:
        self._connection.connect_timeout = connect_timeout(self._backoff.attempts, self._longest_timeout)
        try:
            connected = self._connect(max_retries=0)
        finally:
            self._connection.connect_timeout = self._longest_timeout
        self._connected()
        return connected


def _sleep(seconds: float, callback: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        callback()
        time.sleep(min(left, POLL_SECONDS))
