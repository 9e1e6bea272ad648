"""Tasks that a worker holds but has not begun: when it stops, they return to their queues uncounted.

RabbitMQ 4.3 counts a failed delivery for basic.reject and for a closed channel, but not for basic.nack.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from amqp import spec
from celery import bootsteps
from celery.bootsteps import RUN
from celery.concurrency.thread import TaskPool
from celery.worker import state
from celery.worker.request import Request
from kombu.common import ignore_errors

from ha_celery.prefork import processes_of, wait_until_taken


class HeldRequest(Request):
    """Request that is known from its arrival until it is settled."""

    _given_back = False
    #: Whether a greenlet that waits for a slot ends instead of running this task.
    ends_greenlet = False

    def __init__(self, message: Any, *args: Any, **options: Any) -> None:
        """Adds the request."""
        super().__init__(message, *args, **options)
        _held[id(self)] = self
        # Acks writes its acknowledgement immediately.
        if not self.task.acks_late:
            message.is_early = True
        self.on_received(message)

    def on_received(self, message: Any) -> None:
        """Lets a subclass act, for less than another __init__ with all these arguments would cost."""

    def revoked(self) -> bool:
        """Keeps a task that was given back from running here, too: timers and rate limits go on."""
        if not self._given_back:
            return bool(super().revoked())
        state.task_ready(self)
        return True

    def on_accepted(self, pid: int, time_accepted: float) -> None:
        """Ends the greenlet of a task that was given back while it waited for a slot."""
        if self.ends_greenlet:
            from greenlet import GreenletExit

            state.task_ready(self)
            raise GreenletExit
        super().on_accepted(pid, time_accepted)

    def acknowledge(self) -> None:
        """Removes the request."""
        super().acknowledge()
        self._remove()

    def reject(self, requeue: bool = False) -> None:
        """Removes the request."""
        super().reject(requeue=requeue)
        self._remove()

    def give_back(self) -> None:
        """Returns a task to its queue; nothing runs or acknowledges it afterwards."""
        self._given_back = True
        message = self.message
        message.channel.send_method(spec.Basic.Nack, "Lbb", (message.delivery_tag, False, True))
        message._state = "REQUEUED"
        if acks := getattr(message, "acks", None):
            acks.forget(message)
        self.acknowledged = True
        self._remove()

    def _remove(self) -> None:
        if _held.pop(id(self), None) and self.time_start is not None:
            # Results of several tasks of a process may be read together, so only one of them waited.
            began = max(self.time_start, _settled.get(self.worker_pid, 0.0))
            now = time.time()
            if len(_settled) > MOST_PROCESSES:
                _settled.clear()
            _settled[self.worker_pid] = now
            _observer(max(now - began, 0.0))


#: Number of processes, living and dead, of which the last settled task is remembered.
MOST_PROCESSES = 1000

_held: dict[int, HeldRequest] = {}
#: When each process had its last settled task.
_settled: dict[int | None, float] = {}
_observer: Callable[[float], None] = lambda seconds: None  # noqa: E731, ARG005 - replaced by `observe`


def observe(observer: Callable[[float], None]) -> None:
    """Calls this when a task is settled, with the seconds that its process needed for it."""
    global _observer
    _observer = observer


def holds_tasks() -> bool:
    """Returns whether the worker has received tasks that are not settled."""
    return bool(_held)


def count() -> int:
    """Returns the number of tasks that are not settled."""
    return len(_held)


class GiveBack(bootsteps.StartStopStep):
    """Consumer step that gives tasks back before the channel is closed."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:  # noqa: ARG002 - Celery's signature
        """Forgets the tasks of an earlier connection, which the broker has taken back."""
        _held.clear()
        _settled.clear()

    def stop(self, consumer: Any) -> None:
        """Stops consuming, so that the tasks go elsewhere, and gives back those that have not begun."""
        if consumer.blueprint.state == RUN:
            # The connection is lost. When the worker stops, for whatever reason, this is CLOSE.
            return
        ignore_errors(consumer, consumer.task_consumer.cancel)
        if isinstance(consumer.pool, TaskPool):
            # Celery does so only since version 5.7, and after this: what is given back would run here, too.
            consumer.pool.executor.shutdown(wait=False, cancel_futures=True)
        if processes_of(consumer.pool):
            # Nothing else may begin: what is given back would run here, too.
            consumer.controller.semaphore.clear()
            wait_until_taken(consumer.pool, consumer.hub)
        is_green = getattr(consumer.pool, "is_green", False)
        for request in list(_held.values()):
            if request.time_start is None and not request.acknowledged:
                request.ends_greenlet = is_green
                ignore_errors(consumer, request.give_back)
