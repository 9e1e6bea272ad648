"""Combines several messages in one write, because the broker processes and logs them together."""

from __future__ import annotations

import math
import time
from typing import Any

from amqp import RecoverableConnectionError
from amqp.method_framing import frame_writer

#: A message that follows the previous one within this interval waits for more.
BURST_SECONDS = 0.002

#: Limits of the buffer, at which it is flushed.
BURST_MESSAGES = 32
BURST_BYTES = 65_536


class WriteBuffer:
    """A `frame_writer` of py-amqp's connections that buffers the messages of a burst.

    Everything else is written immediately, after flushing the buffer.
    """

    def __init__(self, connection: Any, transport: Any) -> None:
        """Write to the transport on behalf of the connection."""
        self._write_frame = frame_writer(connection, self)
        self._transport = transport
        self._kept = bytearray()
        self._messages = 0
        self._last_message = -math.inf

    def __call__(self, kind: int, channel: int, method: Any, arguments: Any, message: Any) -> None:
        """Write a frame, or a message with all its frames."""
        self._write_frame(kind, channel, method, arguments, message)
        if message is None or not self._in_burst():
            self.flush()

    def write(self, frames: Any) -> None:
        """Buffer the bytes that py-amqp writes to the transport."""
        self._kept += frames

    def flush(self) -> None:
        """Write the buffer. After an error the connection cannot be used any more."""
        if not self._kept:
            return
        frames, self._kept, self._messages = self._kept, bytearray(), 0
        try:
            self._transport.write(frames)
        except TimeoutError as error:
            # A TimeoutError would mean a read that found nothing, but part of the buffer may be written.
            raise RecoverableConnectionError("writing took too long") from error

    def _in_burst(self) -> bool:
        before, self._last_message = self._last_message, time.monotonic()
        self._messages += 1
        soon = self._last_message - before < BURST_SECONDS
        return soon and self._messages < BURST_MESSAGES and len(self._kept) < BURST_BYTES
