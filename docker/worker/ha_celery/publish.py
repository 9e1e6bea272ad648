"""Publishing many tasks fast: confirms are awaited in a window instead of one at a time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import kombu
from celery import Celery
from celery.utils import uuid
from celery.utils.log import get_logger
from kombu.exceptions import OperationalError

from ha_celery.backoff import Backoff, patience
from ha_celery.errors import is_temporary
from ha_celery.write_buffer import WriteBuffer

logger = get_logger(__name__)

#: Without a confirm for so long, nothing new is sent until one comes.
DOUBT_SECONDS = 1.0


class NotConfirmedError(OperationalError):
    """The broker refused a message, could not route it, or did not confirm in time."""


@dataclass(frozen=True)
class _Call:
    task: Any
    args: Any
    kwargs: Any
    options: dict[str, Any]


class ConfirmedPublisher:
    """Publishes tasks over one connection and reports each id once the broker has confirmed it.

    What is lost with a connection, refused or not routed is published again under the same id.
    Not for several threads.
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
        self._confirm_timeout = float(app.conf.get("ha_celery_confirm_timeout", 10.0))
        self._backoff = Backoff(give_up_seconds)
        self._last_progress = time.monotonic()
        self._connection: kombu.Connection | None = None
        self._producer: _Producer | None = None
        self._unconfirmed: dict[str, _Call] = {}
        self._again: deque[str] = deque()
        self.published = 0
        self.retries = 0

    def publish(self, task: Any, args: Any = (), kwargs: Any = None, **options: Any) -> str:
        """Send a task and return its id; waits while the window is full.

        Tasks that follow each other at once share a write, up to 32 of them, so the last of a burst leave
        with the next call: poll() or flush() when there is nothing more to publish for now.
        """
        task_id = str(options.pop("task_id", None) or uuid())
        if not self._unconfirmed:
            # Nothing was awaited until now, so the broker's silence begins here.
            self._last_progress = time.monotonic()
        self._unconfirmed[task_id] = _Call(task, args, kwargs, {"mandatory": True, **options})
        self._again.append(task_id)
        self.published += 1
        self._send_waiting()
        while len(self._unconfirmed) >= self._window or self._in_doubt():
            self._advance()
        return task_id

    def _in_doubt(self) -> bool:
        """Tell whether more should wait: what a silent broker is sent now is sent again to the next one."""
        if not self._unconfirmed:
            return False
        blocked = self._producer is not None and self._producer.blocked
        return blocked or time.monotonic() - self._last_progress > DOUBT_SECONDS

    def flush(self) -> None:
        """Wait until everything is confirmed."""
        while self._unconfirmed:
            self._advance()

    def poll(self, seconds: float) -> None:
        """Act on the broker's answers for this long: who publishes at a pace hears of confirms at once."""
        deadline = time.monotonic() + seconds
        while True:
            # Not 0, which would also refuse to wait for the rest of a frame.
            self._advance(max(deadline - time.monotonic(), 0.001))
            if time.monotonic() >= deadline:
                return

    def close(self) -> None:
        """Drop the connection; what is not confirmed stays unconfirmed."""
        connection, self._connection, self._producer = self._connection, None, None
        if connection:
            try:
                connection.collect(socket_timeout=1)
            except Exception as error:
                logger.debug("closing a lost connection: %r", error)

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

    def _send_waiting(self) -> None:
        """Connect and send what is due; a lost connection makes all unconfirmed tasks due again."""
        while self._again or self._producer is None:
            try:
                producer = self._connected()
                if not self._again:
                    return
                task_id = self._again[0]
                call = self._unconfirmed[task_id]
                call.task.apply_async(
                    call.args, call.kwargs, task_id=task_id, producer=producer, retry=False, **call.options
                )
            except Exception as error:
                self._recover(error)
            else:
                self._again.popleft()

    def _advance(self, longest: float = 1.0) -> None:
        """Wait for one answer of the broker and act on it."""
        self._send_waiting()
        producer, connection = self._producer, self._connection
        if producer is None or connection is None:
            return
        try:
            producer.flush()
            connection.drain_events(timeout=min(longest, 1.0))
        except TimeoutError:
            self._after_silence(connection, producer)
        except Exception as error:
            self._recover(error)

    def _after_silence(self, connection: kombu.Connection, producer: _Producer) -> None:
        try:
            # Without traffic the broker would take this end for dead, and the other way round.
            connection.heartbeat_check()
        except Exception as error:
            self._recover(error)
            return
        silent = time.monotonic() - self._last_progress
        if not self._unconfirmed:
            self._backoff.progress()
        elif producer.blocked:
            # Publishing again while an alarm blocks publishers would only add duplicates.
            self._backoff.check(NotConfirmedError("the broker blocks publishers: memory or disk alarm"))
        elif silent > self._confirm_timeout:
            self._recover(NotConfirmedError(f"no confirm for {silent:.0f} s"))

    def _connected(self) -> _Producer:
        if self._producer is None:
            connection = self._app.connection_for_write()
            connection.transport_options = {
                **connection.transport_options,
                # This class counts delivery tags itself; py-amqp's own mode waits after every message.
                "confirm_publish": False,
                "frame_writer": WriteBuffer,
            }
            # The first attempt since the last confirm counts the loss of the connection.
            failures = max(self._backoff.attempts - 1, 0)
            connection.connect_timeout = patience(failures, connection.connect_timeout)
            connection.ensure_connection(max_retries=1, interval_start=0)
            self._connection = connection
            self._producer = _Producer(connection, self._confirmed, self._refused)
            self._last_progress = time.monotonic()
        return self._producer

    def _recover(self, error: Exception) -> None:
        if not is_temporary(error):
            raise error
        self.close()
        again = list(self._unconfirmed)
        logger.warning("publishing over a new connection, %s tasks unconfirmed: %r", len(again), error)
        # The newest may not have been sent at all, but that cannot be told from here.
        self.retries += len(again)
        self._again = deque(again)
        self._backoff.pause(error)

    def _confirmed(self, ids: list[str]) -> None:
        self._last_progress = time.monotonic()
        done = [task_id for task_id in ids if self._unconfirmed.pop(task_id, None)]
        if done:
            self._backoff.progress()
            self._on_confirmed(done)

    def _refused(self, ids: list[str], reason: str) -> None:
        self._last_progress = time.monotonic()
        again = [task_id for task_id in ids if task_id in self._unconfirmed]
        self.retries += len(again)
        self._again.extend(again)
        self._backoff.pause(NotConfirmedError(f"{len(again)} tasks {reason}"))


class _Producer(kombu.Producer):
    """Counts delivery tags and turns the broker's answers into task ids."""

    def __init__(
        self,
        connection: kombu.Connection,
        confirmed: Callable[[list[str]], None],
        refused: Callable[[list[str], str], None],
    ) -> None:
        self._confirmed_callback = confirmed
        self._refused_callback = refused
        self._sent: dict[int, str] = {}
        self._returned: dict[str, str] = {}
        self._next_tag = 1
        self.blocked = False
        channel = connection.channel()
        super().__init__(channel, on_return=self._on_return)
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        connection.connection.on_blocked = self._on_blocked
        connection.connection.on_unblocked = self._on_unblocked

    def publish(self, body: Any, **options: Any) -> Any:
        # Before sending: its answer may be read while py-amqp sends it.
        self._sent[self._next_tag] = options.get("correlation_id", "")
        self._next_tag += 1
        return super().publish(body, **options)

    def flush(self) -> None:
        self.channel.connection.frame_writer.flush()

    def maybe_declare(self, entity: Any, retry: bool = False, **policy: Any) -> Any:
        # Kombu copies the queue for each message to find that it is declared.
        if entity.can_cache_declaration and hash(entity) in self.connection.declared_entities:
            return False
        return super().maybe_declare(entity, retry, **policy)

    def _take(self, tag: int, multiple: bool) -> list[str]:
        if not multiple:
            return [self._sent.pop(tag)] if tag in self._sent else []
        taken = []
        # In the order of sending, so the first one too new ends the search.
        while self._sent and (oldest := next(iter(self._sent))) <= tag:
            taken.append(self._sent.pop(oldest))
        return taken

    def _on_ack(self, tag: int, multiple: bool) -> None:
        ids = self._take(tag, multiple)
        # A message that no queue took is returned first and confirmed afterwards.
        returned = [task_id for task_id in ids if task_id in self._returned]
        self._confirmed_callback([task_id for task_id in ids if task_id not in self._returned])
        if returned:
            reason = self._returned[returned[0]]
            for task_id in returned:
                del self._returned[task_id]
            self._refused_callback(returned, reason)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._refused_callback(
            self._take(tag, multiple), "refused by the broker (queue full or without leader)"
        )

    def _on_return(self, error: Exception, exchange: str, routing_key: str, message: Any) -> None:
        task_id = message.properties.get("correlation_id", "")
        self._returned[task_id] = f"not routed: exchange {exchange!r}, routing key {routing_key!r} ({error})"

    def _on_blocked(self, reason: str) -> None:
        logger.warning("the broker blocks publishers: %s", reason)
        self.blocked = True

    def _on_unblocked(self) -> None:
        logger.warning("the broker takes messages again")
        self.blocked = False
