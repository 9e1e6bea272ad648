"""Batched acknowledgements, because every frame is an entry in the logs of three brokers."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any

#: Interval at which finished tasks are acknowledged even if the batch is not full, in seconds.
POLL_SECONDS = 0.01
#: Maximum number of polls that a finished task waits for one that was delivered earlier.
MAX_POLLS = 5


class Acks:
    """Batches the acknowledgements of one channel."""

    def __init__(self, call_later: Callable[..., Any], running: Callable[[], bool]) -> None:
        """Acknowledges immediately if nothing waits for a slot or if the worker shuts down."""
        self._batch = self._slots = 1
        self._call_later = call_later
        self._running = running
        self._delivered: dict[int, Any] = {}
        self._finished: dict[int, Any] = {}
        self._timer: Any = None
        self._polls = 0
        self._log_to: tuple[Any, ...] = ()

        def ack_log_error(message: Any, *log_to: Any) -> None:
            self._finish(message, *log_to)

        def reject_log_error(message: Any, *arguments: Any, **options: Any) -> None:
            type(message).reject_log_error(message, *arguments, **options)
            self.forget(message)

        #: Replace those of a message, and have their names: while a worker waits for its last tasks, Celery
        #: calls no others.
        self._methods = ack_log_error, reject_log_error

    def delivered(self, message: Any) -> None:
        """Takes over the acknowledgement of a message; rejects are still sent immediately."""
        self._delivered[message.delivery_tag] = message
        ack, reject = self._methods
        message.ack_log_error = MethodType(ack, message)
        message.reject_log_error = MethodType(reject, message)
        message.acks = self

    def forget(self, message: Any) -> None:
        """Removes a message that was rejected or returned; an unsettled one stays."""
        if message.acknowledged:
            for messages in (self._delivered, self._finished):
                messages.pop(message.delivery_tag, None)

    def resize(self, per_slot: int, slots: int) -> None:
        """Sets the batch to half of the tasks that the worker holds: the others keep the slots busy.

        With one task per slot, a slot would be idle while acknowledgements are batched.
        """
        self._slots = slots
        self._batch = per_slot * slots // 2 if per_slot > 1 else 1

    def flush(self) -> None:
        """Acknowledges all finished tasks, those that overtook a running task one by one."""
        self._acknowledge_in_order()
        self._acknowledge_overtaking()

    def _acknowledge_overtaking(self) -> None:
        overtaking, self._finished = self._finished, {}
        self._stop_waiting()
        for tag, ack in overtaking.items():
            del self._delivered[tag]
            ack(*self._log_to)

    def _finish(self, message: Any, *log_to: Any) -> None:
        self._log_to = log_to
        self._finished[message.delivery_tag] = MethodType(type(message).ack_log_error, message)
        is_last = len(self._finished) == len(self._delivered)
        # With acks_late=False, the task would run twice if the connection were lost meanwhile.
        is_early = getattr(message, "is_early", False)
        if self._batch == 1 or is_early or is_last or not self._running():
            self.flush()
            return
        if len(self._finished) >= self._batch:
            self._acknowledge_in_order()
        self._wait()

    def _poll(self) -> None:
        self._timer = None
        self._polls += 1
        # The broker sends a message per acknowledgement, so with nothing waiting, slots are soon idle.
        nothing_waits = len(self._delivered) - len(self._finished) <= self._slots
        if nothing_waits or self._polls == MAX_POLLS:
            self.flush()
        else:
            self._wait()

    def _wait(self) -> None:
        if not self._finished:
            self._stop_waiting()
        elif self._timer is None:
            self._timer = self._call_later(POLL_SECONDS, self._poll)

    def _acknowledge_in_order(self) -> None:
        """Acknowledges, with one frame, everything delivered before the oldest running task."""
        last = None
        for tag, message in list(self._delivered.items()):
            ack = self._finished.pop(tag, None)
            # Still running: neither finished nor settled otherwise.
            if ack is None and not message.acknowledged:
                break
            del self._delivered[tag]
            last = ack or last
        if last:
            last(*self._log_to, multiple=True)

    def _stop_waiting(self) -> None:
        self._polls = 0
        timer, self._timer = self._timer, None
        if timer:
            timer.cancel()
