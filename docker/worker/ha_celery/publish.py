"""Publishes many tasks fast: up to a window of tasks awaits confirms at the same time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any

import kombu
from celery import Celery
from celery.utils import uuid
from celery.utils.log import get_logger

from ha_celery.backoff import Backoff, connect_timeout
from ha_celery.configuration import configuration_of
from ha_celery.confirms import ConfirmChannel, Refusal, Returned, Sent
from ha_celery.connection import Deadline, drop, for_publishing, next_broker
from ha_celery.errors import DuplicateIdError, is_refusal, is_temporary
from ha_celery.failed_tasks import FailedTasks
from ha_celery.link import NoConfirmError, alarm_words
from ha_celery.message import Message
from ha_celery.window_producer import WindowProducer
from ha_celery.write_buffer import WriteBuffer

logger = get_logger(__name__)

#: After this interval without a confirm, no new task is sent until one arrives.
DOUBT_SECONDS = 1.0


class ConfirmedPublisher:
    """Publishes tasks over one connection and reports each id once the broker has confirmed it.

    Tasks that are lost with a connection, or refused, are published again under the same id. A task that
    cannot be serialized is dropped, and publish() raises the error. Tasks that the broker will not store are
    dropped, and the next call raises one `UnroutableError` or `MessageRefusedError` for them, whose
    `task_ids` name them. The task of that call is accepted nevertheless unless it is among them. Not
    thread-safe.
    """

    def __init__(
        self,
        app: Celery,
        on_confirmed: Callable[[list[str]], None],
        window: int = 500,
        give_up_seconds: float = 300.0,
    ) -> None:
        """Keep at most `window` tasks unconfirmed; fail after `give_up_seconds` without any confirm."""
        self._app = app
        self._on_confirmed = on_confirmed
        self._window = window
        # Raises an error if the app is not configured.
        configuration_of(app)
        self._confirm_timeout = float(app.conf.ha_celery_confirm_timeout)
        self._backoff = Backoff(give_up_seconds)
        self._last_progress = time.monotonic()
        self._connection: kombu.Connection | None = None
        #: Number of failed attempts to connect, each of which leads to the next of several URLs.
        self._unreachable = 0
        self._channel: ConfirmChannel | None = None
        self._producer = WindowProducer(app.amqp.producer_pool.connections.connection, self._accept)
        self._unconfirmed: dict[str, Message] = {}
        self._again: deque[str] = deque()
        self._returned_once: set[str] = set()
        self._confirmed: list[str] = []
        self._refusals: list[Refusal] = []
        self._failed = FailedTasks()
        #: Tasks for one of which the broker has closed the channel. While there are any, one task is sent at
        #: a time, so that the next such error can concern only that one.
        self._suspects: set[str] = set()
        self.published = 0
        self.retries = 0

    def publish(self, task: Any, args: Any = (), kwargs: Any = None, **options: Any) -> str:
        """Send a task and return its id; waits while the window is full.

        Tasks that follow each other within 2 ms share a write, up to 32 of them. Call poll() or flush() after
        the last task of a burst, because the end of a burst is otherwise written by the next call.
        """
        task_id = str(options.pop("task_id", None) or uuid())
        self._refuse_duplicate(task_id)
        task.apply_async(args, kwargs, task_id=task_id, producer=self._producer, **options)
        self._send_waiting()
        while len(self._unconfirmed) >= self._window or self._in_doubt():
            self._advance()
        self._failed.raise_error()
        return task_id

    def flush(self) -> None:
        """Wait until everything is confirmed and reported."""
        while self._unconfirmed:
            self._advance()
        self._report()
        self._failed.raise_error()

    def poll(self, seconds: float) -> None:
        """Process the broker's answers for this long, so that confirms are reported at once."""
        deadline = time.monotonic() + seconds
        while True:
            # Not 0, which would also refuse to wait for the rest of a frame.
            self._advance(max(deadline - time.monotonic(), 0.001))
            if time.monotonic() >= deadline:
                break
        self._failed.raise_error()

    def close(self) -> None:
        """Drop the connection; unconfirmed tasks stay unconfirmed."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection:
            drop(connection)

    def __enter__(self) -> ConfirmedPublisher:
        """Connect at the first publish."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the confirms unless an error ends the block."""
        try:
            if kind is None:
                self.flush()
        finally:
            self.close()

    def _accept(self, message: Message) -> None:
        """Accept a task that Celery has turned into a message."""
        self._refuse_duplicate(message.id)
        if not self._unconfirmed:
            # No confirm was due until now, so the broker's silence begins here.
            self._last_progress = time.monotonic()
            self._backoff.progress()
        self._unconfirmed[message.id] = message
        self._again.append(message.id)
        self.published += 1

    def _refuse_duplicate(self, task_id: str) -> None:
        if task_id in self._unconfirmed:
            raise DuplicateIdError(
                f"task id {task_id!r} belongs to a task that is not confirmed yet, whose confirm would count"
                " for both. Use another id, or call flush() first."
            )

    def _in_doubt(self) -> bool:
        """Return whether more should wait: a silent broker's tasks are sent again to the next one."""
        if not self._unconfirmed:
            return False
        blocked = self._channel is not None and self._channel.alarm is not None
        return blocked or time.monotonic() - self._last_progress > DOUBT_SECONDS

    def _send_waiting(self) -> None:
        """Connect and send the queued tasks; a lost connection queues all unconfirmed tasks again."""
        while self._again or self._channel is None:
            try:
                channel = self._connected()
                if not self._again or (self._suspects and self._in_flight()):
                    return
                channel.send(self._unconfirmed[self._again[0]], timeout=None)
            except Exception as error:
                self._recover(error, sending=self._again[0] if self._again else None)
            else:
                self._again.popleft()

    def _in_flight(self) -> list[str]:
        """Return the tasks whose answers are due."""
        waiting = set(self._again)
        return [task_id for task_id in self._unconfirmed if task_id not in waiting]

    def _find_refused(self, error: Exception, sending: str | None) -> bool:
        """Drop the task for which the broker closed the channel, or look for it; return whether there is one.

        RabbitMQ does not say which task its error concerns, and ignores what was sent after that task.
        """
        if self._channel is None or not is_refusal(error):
            return False
        concerned = [*self._in_flight(), *([sending] if sending else [])]
        if not concerned:
            return False
        if len(concerned) == 1:
            self._suspects.difference_update(concerned)
            self._failed.add(self._unconfirmed.pop(concerned[0]), error)
        else:
            self._suspects.update(concerned)
            logger.warning(
                "the broker refuses one of %s tasks, sending them one by one: %r", len(concerned), error
            )
        self._reconnect()
        return True

    def _advance(self, longest: float = 1.0) -> None:
        """Wait for one answer of the broker and act on it."""
        self._send_waiting()
        channel, connection = self._channel, self._connection
        if channel is None or connection is None:
            return
        try:
            if not channel.alarm:
                channel.flush()
            connection.drain_events(timeout=min(longest, 1.0))
        except TimeoutError:
            self._after_silence(connection, channel)
        except Exception as error:
            self._recover(error)
        self._report()

    def _report(self) -> None:
        """Report what the broker has answered, outside of what handles errors of the connection."""
        if self._confirmed:
            self._on_confirmed(list(self._confirmed))
            self._confirmed.clear()
        if self._refusals:
            reason = self._refusals[0]
            self._refusals.clear()
            self._backoff.pause(reason)

    def _after_silence(self, connection: kombu.Connection, channel: ConfirmChannel) -> None:
        try:
            # Without traffic, each end would consider the other one dead.
            connection.heartbeat_check()
        except Exception as error:
            self._recover(error)
            return
        silent = time.monotonic() - self._last_progress
        if not self._unconfirmed:
            self._backoff.progress()
        elif channel.alarm:
            # Publishing again during an alarm would only add duplicates.
            self._backoff.check(NoConfirmError(alarm_words(channel.alarm), written=True))
        elif silent > self._confirm_timeout:
            self._recover(NoConfirmError(f"no confirm for {silent:.0f} s", written=True))

    def _connected(self) -> ConfirmChannel:
        if self._channel is None:
            # WriteBuffer combines the tasks of a burst.
            connection = for_publishing(
                self._app.connection_for_write(), Deadline(), frame_writer=WriteBuffer
            )
            # The first attempt since the last confirm counts the loss of the connection.
            failures = max(self._backoff.attempts - 1, 0)
            connection.connect_timeout = connect_timeout(failures, connection.connect_timeout)
            for _ in range(self._unreachable):
                next_broker(connection)
            try:
                connection.ensure_connection(max_retries=0)
            except Exception:
                self._unreachable += 1
                raise
            self._connection = connection
            self._channel = ConfirmChannel(connection, self._settled)
            self._last_progress = time.monotonic()
        return self._channel

    def _recover(self, error: Exception, sending: str | None = None) -> None:
        """Connect again after an error; raise it if no attempt can succeed."""
        if self._find_refused(error, sending):
            return
        if not isinstance(error, NoConfirmError) and not is_temporary(error):
            if sending and self._channel is not None:
                # What it needs cannot be declared.
                self._suspects.discard(sending)
                del self._unconfirmed[sending]
                self._reconnect()
            raise error
        self._reconnect()
        logger.warning(
            "publishing over a new connection, %s tasks unconfirmed: %r", len(self._unconfirmed), error
        )
        # The newest may not have been sent at all, but that is unknown here.
        self.retries += len(self._unconfirmed)
        self._backoff.pause(error)

    def _reconnect(self) -> None:
        self.close()
        self._again = deque(self._unconfirmed)

    def _settled(self, sent: list[Sent], refusal: Refusal | None) -> None:
        self._last_progress = time.monotonic()
        if refusal is not None:
            self._refused([one.id for one in sent if one.id in self._unconfirmed], refusal)
            return
        done = [one.id for one in sent if self._unconfirmed.pop(one.id, None)]
        if done:
            self._backoff.progress()
            self._returned_once.difference_update(done)
            self._suspects.difference_update(done)
            self._confirmed += done

    def _refused(self, ids: list[str], refusal: Refusal) -> None:
        if isinstance(refusal, Returned):
            ids = [task_id for task_id in ids if not self._is_unroutable(task_id, refusal)]
            # A queue that was declared over this connection may have been deleted since.
            if ids and self._connection:
                self._connection.declared_entities.clear()
        self.retries += len(ids)
        self._again.extend(ids)
        if ids:
            self._refusals.append(refusal)

    def _is_unroutable(self, task_id: str, refusal: Returned) -> bool:
        """Give up a task that was returned although its queue has just been declared."""
        if task_id not in self._returned_once:
            self._returned_once.add(task_id)
            return False
        self._returned_once.discard(task_id)
        self._suspects.discard(task_id)
        self._failed.add(self._unconfirmed.pop(task_id), refusal)
        return True
