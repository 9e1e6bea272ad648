"""Several messages in one write: what arrives together, the broker handles and logs together."""

from __future__ import annotations

import math
import time
from typing import Any

from amqp import RecoverableConnectionError
from amqp.method_framing import frame_writer

#: A message that follows the one before it this soon waits for more.
BURST_SECONDS = 0.002

#: So many messages, or bytes, do not wait any longer.
BURST_MESSAGES = 32
BURST_BYTES = 65_536


class WriteBuffer:
    """For `frame_writer` of py-amqp's connections: keeps the messages of a burst until it is flushed.

    All else leaves at once, after what is kept.
    """

    def __init__(self, connection: Any, transport: Any) -> None:
        """Stand between the connection and its transport."""
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
        """Take what py-amqp has for the transport."""
        self._kept += frames

    def flush(self) -> None:
        """Write what is kept; an error leaves the connection useless."""
        if not self._kept:
            return
        frames, self._kept, self._messages = self._kept, bytearray(), 0
        try:
            self._transport.write(frames)
        except TimeoutError as error:
            # Not to be taken for a read that found nothing: half of it may be written.
            raise RecoverableConnectionError("writing took too long") from error

    def _in_burst(self) -> bool:
        before, self._last_message = self._last_message, time.monotonic()
        self._messages += 1
        soon = self._last_message - before < BURST_SECONDS
        return soon and self._messages < BURST_MESSAGES and len(self._kept) < BURST_BYTES
