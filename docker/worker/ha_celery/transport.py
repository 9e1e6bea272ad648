"""Several messages a turn of the worker's loop; kombu takes one, and then turns to everything else."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

from amqp import RecoverableConnectionError
from kombu.transport import pyamqp

#: After so many the loop turns to its other work.
MESSAGES_A_TURN = 16


class Transport(pyamqp.Transport):
    """For the connection that a worker takes its tasks from."""

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
