"""Connects a worker again to which the broker delivers nothing, although tasks are ready in its queues.

A quorum queue can lose a consumer that exists: deliveries are lost on the way through the cluster, or the
queue takes it for down. Neither end reports an error, and the tasks wait until the worker restarts.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from amqp import RecoverableConnectionError, spec
from celery import bootsteps
from celery.utils.log import get_logger
from celery.worker import state

from ha_celery import held
from ha_celery.connection import AMQP_TRANSPORTS

logger = get_logger(__name__)

#: Interval at which an idle worker asks for the number of tasks that are ready.
CHECK_SECONDS = 10.0
#: Time without a delivery after which it connects again. Doubled while that does not help.
PATIENCE_SECONDS = 30.0
#: Upper limit of that time. A worker that waits behind a single active consumer gets nothing for long.
LONGEST_PATIENCE_SECONDS = 1800.0


class Undelivered(bootsteps.StartStopStep):
    """Consumer step that asks for ready tasks while the worker holds none."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Lives as long as the worker, over all its connections."""
        super().__init__(consumer, **options)
        self._patience = PATIENCE_SECONDS
        self._received = 0
        #: Time since when a queue has tasks that are not delivered.
        self._since: dict[str, float] = {}
        self._timer_entry: Any = None

    def start(self, consumer: Any) -> None:
        """Uses a channel of its own, because an error closes a channel."""
        self._since.clear()
        # Without an event loop, timers run in another thread, which may not use the connection.
        if consumer.hub is None or consumer.connection.transport_cls not in AMQP_TRANSPORTS:
            return
        channel = consumer.connection.channel()
        # Not `queue_declare`, which waits for the answer and keeps the event loop from heartbeats.
        channel._callbacks[spec.Queue.DeclareOk] = self._on_count
        ask = partial(self._ask, consumer, channel)
        self._timer_entry = consumer.timer.call_repeatedly(CHECK_SECONDS, ask)

    def stop(self, consumer: Any) -> None:  # noqa: ARG002 - Celery's signature
        """Asks no more."""
        entry, self._timer_entry = self._timer_entry, None
        if entry:
            entry.cancel()

    terminate = stop

    def _ask(self, consumer: Any, channel: Any) -> None:
        if self._is_busy():
            return
        for queue in consumer.task_consumer.queues:
            passive = (0, queue.name, True, False, False, False, False, None)
            channel.send_method(spec.Queue.Declare, "BsbbbbbF", passive)

    def _is_busy(self) -> bool:
        received = state.all_total_count[0]
        if received == self._received and not held.holds_tasks() and not state.active_requests:
            return False
        self._received = received
        self._patience = PATIENCE_SECONDS
        self._since.clear()
        return True

    def _on_count(self, queue: str, ready: int, consumers: int) -> None:  # noqa: ARG002 - py-amqp's signature
        if ready == 0 or self._is_busy():
            self._since.pop(queue, None)
            return
        now = time.monotonic()
        waited = now - self._since.setdefault(queue, now)
        if waited < self._patience:
            return
        self._patience = min(2 * self._patience, LONGEST_PATIENCE_SECONDS)
        logger.error(
            "queue %r has %d tasks, but the broker has delivered none to this idle worker for %.0f s:"
            " connecting again",
            queue,
            ready,
            waited,
        )
        raise RecoverableConnectionError(f"the broker delivers no task of queue {queue!r}")
