"""Writes that a signal handler may interrupt with writes of its own."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

from amqp.method_framing import frame_writer


class Writer:
    """A `frame_writer` of py-amqp's connections.

    Celery's handler of SIGQUIT cancels the worker's consumers and waits for its processes, whose tasks are
    then acknowledged. If it interrupts a write, py-amqp's lock, which is not reentrant, would wait for itself
    for ever. Here, its frames are written after the one that it has interrupted.
    """

    def __init__(self, connection: Any, transport: Any) -> None:
        """Write to the transport on behalf of the connection."""
        self._write = frame_writer(connection, transport)
        self._lock = threading.RLock()
        self._waiting: deque[tuple[Any, ...]] = deque()
        self._writes = False

    def __call__(self, *frame: Any) -> None:
        """Write a frame, or a message with all its frames."""
        with self._lock:
            self._waiting.append(frame)
            while self._waiting and not self._writes:
                self._writes = True
                try:
                    self._write(*self._waiting.popleft())
                finally:
                    self._writes = False
