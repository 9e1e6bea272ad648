"""Acknowledging several tasks with one frame: each frame is an entry in the log of three brokers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

#: How often is looked at what waits to be acknowledged. Less than a batch goes then, too.
LOOK_SECONDS = 0.01
#: A finished task waits so many looks at most for one that it overtook.
MOST_LOOKS = 5


class Acks:
    """Of one channel: gathers finished tasks and acknowledges them together."""

    def __init__(
        self, batch: int, slots: int, call_later: Callable[..., Any], running: Callable[[], bool]
    ) -> None:
        """Gather this many, or fewer when nothing waits for a slot; none once the worker shuts down."""
        self._batch = batch
        self._slots = slots
        self._call_later = call_later
        self._running = running
        self._delivered: dict[int, Any] = {}
        self._finished: dict[int, Any] = {}
        self._timer: Any = None
        self._looks = 0
        self._log_to: tuple[Any, ...] = ()

    def delivered(self, message: Any) -> None:
        """Take over this message's acknowledgement; a reject goes out at once, as ever."""
        self._delivered[message.delivery_tag] = message
        message.ack_log_error = partial(self._finish, message, message.ack_log_error)

    def flush(self) -> None:
        """Acknowledge what has finished, those that overtook a running task one by one."""
        self._acknowledge_in_order()
        self._acknowledge_overtaking()

    def _acknowledge_overtaking(self) -> None:
        overtaking, self._finished = self._finished, {}
        self._stop_waiting()
        for tag, ack in overtaking.items():
            del self._delivered[tag]
            ack(*self._log_to)

    def _finish(self, message: Any, ack: Callable[..., None], *log_to: Any) -> None:
        self._log_to = log_to
        self._finished[message.delivery_tag] = ack
        if not self._running() or len(self._finished) == len(self._delivered):
            self.flush()
            return
        if len(self._finished) >= self._batch:
            self._acknowledge_in_order()
        self._wait()

    def _look(self) -> None:
        self._timer = None
        self._looks += 1
        self._acknowledge_in_order()
        # The broker sends only for what is acknowledged, so with nothing waiting the slots are soon idle.
        nothing_waits = len(self._delivered) - len(self._finished) <= self._slots
        if nothing_waits or self._looks == MOST_LOOKS:
            self._acknowledge_overtaking()
        else:
            self._wait()

    def _wait(self) -> None:
        if not self._finished:
            self._stop_waiting()
        elif self._timer is None:
            self._timer = self._call_later(LOOK_SECONDS, self._look)

    def _acknowledge_in_order(self) -> None:
        """With one frame, up to the oldest task that runs: those behind it can soon go with it."""
        last = None
        for tag, message in list(self._delivered.items()):
            ack = self._finished.pop(tag, None)
            # Neither finished, nor rejected or settled in another way.
            if ack is None and not message.acknowledged:
                break
            del self._delivered[tag]
            last = ack or last
        if last:
            last(*self._log_to, multiple=True)

    def _stop_waiting(self) -> None:
        self._looks = 0
        timer, self._timer = self._timer, None
        if timer:
            timer.cancel()
