"""Time limits of a worker: a task's own ends it as in Celery, the pool's returns it to its queue."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from functools import partial
from typing import Any

from billiard.einfo import ExceptionWithTraceback
from billiard.exceptions import Terminated, TimeLimitExceeded
from celery import VERSION, bootsteps
from celery.utils.imports import symbol_by_name
from celery.utils.log import get_logger
from celery.worker import state
from celery.worker.state import task_ready

from ha_celery import chords
from ha_celery.errors import PublishError
from ha_celery.held import HeldRequest

logger = get_logger(__name__)


class PoolLimit(HeldRequest):
    """Celery's Request makes no difference between the two time limits."""

    _returned = False
    _expired = False
    #: Whether `on_timeout` follows, which settles the task.
    _times_out = False

    def on_failure(self, exc_info: Any, *args: Any, **options: Any) -> None:
        """Records all failures but those of time limits, which the pool reports here, too."""
        error = exc_info.exception
        if isinstance(error, ExceptionWithTraceback):
            error = error.exc
        if isinstance(error, TimeLimitExceeded):
            self._begin_timeout(exc_info, *args, **options)
        elif isinstance(error, Terminated) and self._is_bystander():
            self._spare()
        else:
            super().on_failure(exc_info, *args, **options)

    def _begin_timeout(self, exc_info: Any, *args: Any, **options: Any) -> None:
        """Does what `on_timeout` will not do. Celery acknowledges here, before it publishes `link_error`."""
        if self._returns():
            self._return_over_limit()
        elif VERSION < (5, 7):
            self._times_out = True
            try:
                super().on_failure(exc_info, *args, **options)
            finally:
                self._times_out = False

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """Returns a task that exceeds the pool's limit to its queue, without recording a failure."""
        if not soft and self._returns():
            self._return_over_limit()
            return
        try:
            super().on_timeout(soft, timeout)
        except PublishError as error:
            logger.error("%s[%s] runs again, because of its link_error: %s", self.name, self.id, error)
            self._return_to_queue()

    def _is_bystander(self) -> bool:
        """Returns whether the process ended for another task, behind which this one was written."""
        return self.task.acks_late and not (self._already_revoked or self._already_cancelled)

    def _spare(self) -> None:
        """Returns a task to its queue, which counts no failed delivery. Celery would revoke it."""
        task_ready(self)
        # Without a connection, the broker has already taken it back.
        with suppress(*self._connection_errors):
            self.give_back()

    def cancel(self, *args: Any, **options: Any) -> None:
        """Lets a task finish that its pool cannot end, such as a thread.

        Before version 5.7, the error would end the worker after a lost connection.
        """
        with suppress(NotImplementedError):
            super().cancel(*args, **options)

    def maybe_expire(self) -> bool:
        """Does not revoke the id, which would drop a dead letter that is published again."""
        # In UTC as in Celery 5.7, because times of the same zone compare without its change of offset.
        zone = timezone.utc if self.expires and self.expires.tzinfo else None
        self._expired = bool(self.expires and datetime.now(zone) > self.expires)
        return self._expired

    def acknowledge(self) -> None:
        """Makes an expired task a dead letter, as it becomes in its queue: this clock may be wrong."""
        if self._times_out:
            return
        if self._expired and not self.acknowledged:
            logger.warning(
                "%s[%s] has expired at %s by this machine's clock, and becomes a dead letter",
                self.name,
                self.id,
                self.expires,
            )
            self.reject()
        else:
            super().acknowledge()

    def _announce_revoked(self, *args: Any) -> None:
        """Returns a revoked task to its queue while the body of its chord is in doubt."""
        if self._is_claimed():
            self._return_to_queue()
        else:
            super()._announce_revoked(*args)

    def _success_was_stored(self) -> Any:
        """Lets a task of a chord run again: its process may have been lost before it published the body.

        Since version 5.7, Celery acknowledges the task of a lost process if its result is stored.
        """
        return False if self.chord else super()._success_was_stored()

    def _returns(self) -> bool:
        # A worker that ends at once records no failure.
        ends = self.task.acks_late and bool(state.should_terminate)
        return self._returned or ends or self._is_pool_limit() or self._is_claimed()

    def _is_claimed(self) -> bool:
        """Returns whether the process that publishes the body of this task's chord may have been lost.

        A process waits for the answer. The worker's event loop must not, so the task returns to its queue.
        """
        if not self.task.acks_late or not self.chord or not self.delivery_info["redelivered"]:
            return False
        return chords.is_claimed(self.task.backend, self.request_dict.get("group"))

    def _return_over_limit(self) -> None:
        if not self.acknowledged and self._is_pool_limit():
            limit = self.task.app.conf.task_time_limit
            logger.error("%s[%s] exceeds the time limit of the pool (%s s)", self.name, self.id, limit)
        self._return_to_queue()

    def _return_to_queue(self) -> None:
        self._returned = True
        task_ready(self)
        self.reject(requeue=True)

    def _is_pool_limit(self) -> bool:
        own = self.time_limits[0] or self.task.time_limit
        return bool(self.task.acks_late and own in (None, self.task.app.conf.task_time_limit))


class Requests(bootsteps.Step):
    """Consumer step that prepares the requests of all tasks, before any message arrives."""

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Runs when the worker has loaded all tasks."""
        super().__init__(consumer, **options)
        consumer.on_decode_error = partial(keep_unreadable, consumer, consumer.on_decode_error)
        prepare_tasks(consumer, limit)
        early = sorted(task.name for task in consumer.app.tasks.values() if not task.acks_late)
        if early:
            logger.warning("tasks with acks_late=False are lost with their worker: %s", ", ".join(early))


def prepare_tasks(consumer: Any, prepare: Callable[[Any], None]) -> None:
    """Calls `prepare` for all tasks, also for those that a `pool_restart` imports later."""
    prepared: dict[str, Any] = {}

    def update() -> None:
        for name, task in consumer.app.tasks.items():
            if prepared.get(name) is not task:
                prepared[name] = task
                prepare(task)

    def update_strategies() -> None:
        update()
        former()

    update()
    former, consumer.update_strategies = consumer.update_strategies, update_strategies


def keep_unreadable(
    consumer: Any, acknowledge: Callable[[Any, Exception], None], message: Any, error: Exception
) -> None:
    """Makes a message that cannot be deserialized a dead letter. Celery would acknowledge it, and lose it."""
    if message.delivery_info.get("consumer_tag") in (message.channel.no_ack_consumers or ()):
        # A command of remote control. To reject a message that needs no acknowledgement closes the channel.
        acknowledge(message, error)
        return
    logger.critical(
        "a message of content type %r cannot be read, and becomes a dead letter: %r. Correct accept_content",
        message.content_type,
        error,
    )
    message.reject_log_error(logger, consumer.connection_errors)


def limit(task: Any) -> None:
    """Adds PoolLimit to the Request class of a task."""
    base = symbol_by_name(task.Request)
    if issubclass(base, PoolLimit):
        return
    task.Request = type(base.__name__, (PoolLimit, base), {})
