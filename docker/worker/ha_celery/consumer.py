"""The worker's consumer: reconnects within seconds of the broker's return, and batches acknowledgements."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from celery.bootsteps import RUN
from celery.concurrency import prefork
from celery.exceptions import WorkerTerminate
from celery.worker import consumer
from celery.worker.state import maybe_shutdown
from kombu.common import ignore_errors

from ha_celery import cold_shutdown
from ha_celery.acks import Acks
from ha_celery.connection import AMQP_TRANSPORTS
from ha_celery.prefetch import Prefetch, can_change
from ha_celery.prefork import wait_until_taken
from ha_celery.reconnect import Attempts
from ha_celery.transport import Transport


class Consumer(consumer.Consumer):
    """Celery's consumer with shorter pauses: Celery waits 2 s before its second attempt, later up to 30 s."""

    class Blueprint(consumer.Consumer.Blueprint):
        """Celery's steps, with ours for delayed delivery."""

        default_steps: ClassVar[list[str]] = [
            "ha_celery.delays:DelayedDelivery" if step.endswith(":DelayedDelivery") else step
            for step in consumer.Consumer.Blueprint.default_steps
        ]

    _acks: Acks | None = None
    #: Undefined if the number of tasks per slot is fixed.
    prefetch: Prefetch | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        """Hold tasks by the time that they take, unless the app or its user has set a number."""
        super().__init__(*args, **options)
        if self.hub:
            cold_shutdown.defer()
        # Other pools take every task at once, so none could be returned, and threads would change the limit.
        has_slots = self.hub and self.pool.uses_semaphore
        # With --autoscale, Celery adds a process only if the worker holds more tasks than it has processes.
        is_fixed = has_slots and not self.controller.autoscale
        by_time = is_fixed and getattr(self.controller, "prefetch_by_time", False)
        if by_time and can_change(self.app.amqp.queues.consume_from.values()):
            self.prefetch = Prefetch(self)

    def start(self) -> None:
        """Run until the worker stops."""
        try:
            super().start()
        except WorkerTerminate:
            cold_shutdown.end(self.controller)
            raise

    @cached_property
    def _attempts(self) -> Attempts:
        return Attempts()

    def connect(self) -> Any:
        """Connect, or connect again after a pause."""
        self._attempts.begin(maybe_shutdown)
        return super().connect()

    def ensure_connected(self, conn: Any) -> Any:
        """Connect with our own pauses between the attempts."""
        self._attempts.apply_to(conn)
        if conn.transport_cls in AMQP_TRANSPORTS:
            # The name of the transport stays, for the URL in the log.
            conn.get_transport_cls = lambda: Transport
        return super().ensure_connected(conn)

    def connection_for_read(self, heartbeat: float | None = None) -> Any:
        """Connect for receiving tasks."""
        return self.ensure_connected(self.app.connection_for_read(heartbeat=heartbeat))

    def connection_for_write(self, url: str | None = None, heartbeat: float | None = None) -> Any:
        """Connect for events, the only messages that the worker's event loop publishes.

        An alarm blocks publishers, so waiting for the confirm of an event would stop the worker.
        """
        connection = self.app.connection_for_write(url=url, heartbeat=heartbeat)
        connection.transport_options = connection.transport_options | {
            "confirm_publish": False,
            "on_blocked": lambda reason: self._send_events(False),  # noqa: ARG005 - py-amqp's signature
            "on_unblocked": lambda: self._send_events(True),
        }
        return self.ensure_connected(connection)

    def _send_events(self, on: bool) -> None:
        """Drop events during an alarm: they describe the current state, and nothing depends on them."""
        if self.event_dispatcher:
            self.event_dispatcher.enabled = on

    def create_task_handler(self, *args: Any, **options: Any) -> Callable[[Any], None]:
        """Batch the acknowledgements of one connection; those of a lost connection are void."""
        handle: Callable[[Any], None] = super().create_task_handler(*args, **options)
        if self.hub is None or (self.prefetch is None and self.prefetch_multiplier < 2):
            return handle
        acks = self._acks = Acks(self.hub.call_later, lambda: self.blueprint.state == RUN)
        acks.resize(self.prefetch_multiplier, self.pool.num_processes)
        prefetch = self.prefetch
        if prefetch:
            prefetch.connected(self.hub.call_later, acks)

        def on_task_received(message: Any) -> None:
            acks.delivered(message)
            if prefetch:
                prefetch.delivered(message)
            handle(message)

        return on_task_received

    def on_close(self) -> None:
        """Wait until the processes accept the tasks written to them: Celery forgets those, but they run."""
        if self.hub and isinstance(self.pool, prefork.TaskPool):
            wait_until_taken(self.pool, self.hub)
        super().on_close()

    def shutdown(self) -> None:
        """Acknowledge finished tasks before the channel is closed."""
        if self._acks:
            ignore_errors(self, self._acks.flush)
        super().shutdown()
