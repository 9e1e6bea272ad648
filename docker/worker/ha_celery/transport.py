"""Reads several messages per turn of the worker's event loop; kombu reads one."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

from amqp import RecoverableConnectionError
from kombu.transport import pyamqp

from ha_celery.connection import PatientConnection
from ha_celery.tcp import CHECK_SECONDS

#: Maximum number of messages before the loop handles other events.
MESSAGES_A_TURN = 16


class Transport(pyamqp.Transport):
    """Transport of a worker's connections."""

    Connection = PatientConnection

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        """Also look whether the broker's machine is lost."""
        super().register_with_event_loop(connection, loop)

        def check() -> None:
            if connection.connected:
                connection.check_peer()
            else:
                timer.cancel()

        timer = loop.call_repeatedly(CHECK_SECONDS, check)

    def _make_reader(self, connection: Any, *_: Any) -> Callable[[Any], None]:
        def read(loop: Any) -> None:
            if not connection.connected:
                raise RecoverableConnectionError("the connection is closed")
            try:
                for _ in range(MESSAGES_A_TURN):
                    connection.drain_events(timeout=0)
            except TimeoutError:
                return
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.EINTR):
                    return
                raise
            loop.call_soon(read, loop)

        return read
