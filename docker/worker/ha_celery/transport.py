"""Reads several messages per turn of the worker's event loop; kombu reads one."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

from amqp import RecoverableConnectionError
from kombu.transport import pyamqp

from ha_celery.connection import PatientConnection

#: Maximum number of messages before the loop handles other events.
MESSAGES_A_TURN = 16


class Transport(pyamqp.Transport):
    """Transport of a worker's connections."""

    Connection = PatientConnection

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
