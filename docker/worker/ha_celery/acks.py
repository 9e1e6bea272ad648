"""Acknowledging several tasks with one frame: each frame is an entry in the log of three brokers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

#: A finished task waits no longer than this for others to be acknowledged with.
LONGEST_WAIT_SECONDS = 0.01


class Acks:
    """Of one channel: gathers finished tasks and acknowledges them together."""

    def __init__(self, most: int, call_later: Callable[..., Any], running: Callable[[], bool]) -> None:
        """Gather at most this many, and none at all once the worker is not running but shutting down."""
        self._most = most
        self._call_later = call_later
        self._running = running
        self._delivered: dict[int, Any] = {}
        self._finished: dict[int, Any] = {}
        self._timer: Any = None
        self._log_to: tuple[Any, ...] = ()

    def delivered(self, message: Any) -> None:
        """Take over this message's acknowledgement; a reject goes out at once, as ever."""
        self._delivered[message.delivery_tag] = message
        message.ack_log_error = partial(self._finish, message, message.ack_log_error)

    def flush(self) -> None:
        """Acknowledge what has finished."""
        timer, self._timer = self._timer, None
        if timer:
            timer.cancel()
        finished, self._finished = self._finished, {}
        in_order, overtaking = None, []
        running = False
        for tag, message in list(self._delivered.items()):
            ack = finished.get(tag)
            # Neither finished, nor rejected or settled in another way.
            if ack is None and not message.acknowledged:
                running = True
                continue
            del self._delivered[tag]
            if ack and running:
                overtaking.append(ack)
            elif ack:
                in_order = ack
        if in_order:
            in_order(*self._log_to, multiple=True)
        for ack in overtaking:
            ack(*self._log_to)

    def _finish(self, message: Any, ack: Callable[..., None], *log_to: Any) -> None:
        self._log_to = log_to
        self._finished[message.delivery_tag] = ack
        if len(self._finished) >= self._most or not self._running():
            self.flush()
        elif self._timer is None:
            self._timer = self._call_later(LONGEST_WAIT_SECONDS, self.flush)
