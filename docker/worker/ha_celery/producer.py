"""The producer that Celery publishes tasks with: confirmed, repeated, and within a budget."""

from __future__ import annotations

import logging
import math
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import kombu
from celery import Celery
from celery.utils.log import get_logger
from kombu.exceptions import OperationalError

from ha_celery import task_process
from ha_celery.backoff import Backoff
from ha_celery.confirms import Nacked, Refusal, is_unroutable
from ha_celery.errors import (
    GaveUpError,
    PublishError,
    PublishTimeoutError,
    RejectedError,
    UnroutableError,
    is_temporary,
    words,
)
from ha_celery.link import LinkPool, NoConfirmError, PoolExhaustedError
from ha_celery.message import Message, encode
from ha_celery.metrics import publishes

logger = get_logger(__name__)

#: A confirm that comes this soon renews the budget of a call that publishes several messages.
PROMPT_SECONDS = 1.0
#: Interval between two lines of log about one message.
WARNING_SECONDS = 10.0
#: A confirm is awaited for twice as long after each copy, up to this limit.
LONGEST_CONFIRM_TIMEOUT = 300.0


@dataclass
class Budget:
    """Seconds that a call may spend on a broker that is away. A group is one call."""

    seconds: float
    _deadline: float = 0.0
    _ended: float = -math.inf

    def begin(self) -> float:
        """Return the deadline of the next message."""
        now = time.monotonic()
        if now - self._ended > PROMPT_SECONDS:
            self._deadline = now + self.seconds
        return self._deadline

    def end(self, began: float) -> None:
        """Note a confirmed message; what was slow is counted together with what follows at once."""
        now = time.monotonic()
        self._ended = -math.inf if now - began < PROMPT_SECONDS else now


@dataclass(frozen=True)
class RetryPolicy:
    """`retry` and `retry_policy` of one call. They cannot extend the budget, nor give up within a worker."""

    max_retries: float = math.inf
    interval_start: float = 0.2
    interval_max: float = 3.0
    interval_step: float | None = None

    @classmethod
    def of(cls, retry: bool | None, policy: dict[str, Any] | None) -> RetryPolicy:
        """Read Celery's options."""
        if retry is False:
            return cls(max_retries=0)
        if not policy:
            return cls()
        most = policy.get("max_retries", math.inf)
        return cls(
            math.inf if most is None else most,
            policy.get("interval_start", 0.0),
            policy.get("interval_max", 1.0),
            policy.get("interval_step", 0.2),
        )

    def backoff(self, seconds: float) -> Backoff:
        """Return the pauses between the attempts."""
        return Backoff(seconds, self.interval_start, self.interval_max, self.interval_step)


class TaskProducer:
    """What Celery, kombu's remote control and events need of a `kombu.Producer`."""

    #: Celery's configuration decides.
    serializer: str | None = None
    auto_declare = False

    def __init__(self, connection: kombu.Connection) -> None:
        """Name the broker, for Celery's translation of errors; this connection is not opened."""
        self.connection = connection

    @property
    def channel(self) -> Any:
        """A channel for what is no task, such as events."""
        return self.connection.default_channel

    def publish(self, body: Any, **options: Any) -> Any:
        """Publish a message; the options are those of kombu's producer."""
        raise NotImplementedError

    def release(self) -> None:
        """Do nothing: connections are taken from the pool for one message only."""

    def __enter__(self) -> TaskProducer:
        """Publish any number of messages."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End like `release`."""


class Producer(TaskProducer):
    """Returns once a message is stored, repeats it under its id, and gives up when its time is spent."""

    def __init__(
        self, app: Celery, pool: LinkPool, budget: Budget | None = None, policy: RetryPolicy | None = None
    ) -> None:
        """Publish over connections of this pool."""
        super().__init__(pool.connection)
        self._app = app
        self._pool = pool
        self._budget = budget or Budget(float(app.conf.ha_celery_publish_budget))
        self._policy = policy or RetryPolicy()

    def with_policy(self, policy: RetryPolicy) -> Producer:
        """Return this producer for one call that brings its own policy."""
        return Producer(self._app, self._pool, self._budget, policy)

    def publish(
        self,
        body: Any,
        retry: Any = None,  # noqa: ARG002 - see RetryPolicy
        retry_policy: Any = None,  # noqa: ARG002
        timeout: Any = None,  # noqa: ARG002 - the budget holds for writing, too
        confirm_timeout: float | None = None,
        **options: Any,
    ) -> None:
        """Return once the broker has stored the message."""
        message = encode(body, **options)
        confirm_timeout = confirm_timeout or float(self._app.conf.ha_celery_confirm_timeout)
        began = time.monotonic()
        limit = task_process.deadline() if message.mandatory else None
        publication = Publication(self._pool, self._policy, message, confirm_timeout, limit is not None)
        deadline = self._budget.begin() if limit is None else limit
        # Only tasks have to be routed.
        with publishes.measure(publication) if message.mandatory else nullcontext():
            publication.run(deadline)
        self._budget.end(began)


@dataclass
class Publication:
    """The attempts to publish one message."""

    pool: LinkPool
    policy: RetryPolicy
    message: Message
    confirm_timeout: float
    in_task: bool
    maybe_stored: bool = False
    failures: int = 0
    _next_warning: float = field(default=-math.inf)

    def run(self, deadline: float) -> None:
        """Publish until the message is stored, or raise."""
        backoff: Backoff | None = None
        began = time.monotonic()
        while True:
            try:
                self._attempt(deadline)
                return
            except Exception as error:
                self._judge(error)
                backoff = backoff or self.policy.backoff(deadline - time.monotonic())
                self._pause(backoff, error, began)

    def _attempt(self, deadline: float) -> None:
        with self.pool.acquire(deadline) as link:
            link.publish(self.message, deadline, self.confirm_timeout, self.failures)

    def _judge(self, error: Exception) -> None:
        """Raise errors that another attempt cannot fix."""
        exchange, key = self.message.exchange, self.message.routing_key
        if is_unroutable(error):
            raise self._error(
                UnroutableError,
                f"{self.message} is not stored: no queue takes routing key {key!r} of exchange {exchange!r}."
                " Correct the exchange or the routing key, or start the workers that declare the queue.",
            ) from error
        if isinstance(error, PublishError):
            error.task_id = self.message.id
        if not isinstance(error, (Refusal, NoConfirmError, PoolExhaustedError)) and not is_temporary(error):
            raise error
        self.failures += 1
        if _may_be_written(error):
            self.maybe_stored = True
        if isinstance(error, NoConfirmError) and error.written:
            # A slow broker must not receive one copy after the other.
            self.confirm_timeout = min(self.confirm_timeout * 2, LONGEST_CONFIRM_TIMEOUT)

    def _pause(self, backoff: Backoff, error: Exception, began: float) -> None:
        try:
            if self.failures > self.policy.max_retries and not self.in_task:
                raise GaveUpError("the caller allows no other attempt")
            backoff.pause(error)
        except GaveUpError:
            self._give_up(error, time.monotonic() - began)
        self._warn(error)

    def _give_up(self, error: Exception, seconds: float) -> None:
        where = self.pool.broker
        attempts = "1 attempt" if self.failures == 1 else f"{self.failures} attempts"
        reason = f"{seconds:.0f} s, {attempts}: {words(error)}"
        if self.in_task:
            text = (
                f"{self.message} was not confirmed by {where} before the time limit of the task that"
                f" publishes it, in {reason}. That task returns to its queue."
            )
            logger.warning(text)
            task_process.return_to_queue(text, error)
        if isinstance(error, Nacked):
            raise self._error(
                RejectedError,
                f"{self.message} is not stored. It was rejected by {where} in {reason}."
                f" (routing key {self.message.routing_key!r})",
            ) from error
        stored = "may be stored, and may run twice if it is published again under its id"
        raise self._error(
            PublishTimeoutError,
            f"{self.message} was not confirmed by {where} in {reason}."
            f" It {stored if self.maybe_stored else 'is not stored'}.",
        ) from error

    def _error(self, kind: type[PublishError], text: str) -> PublishError:
        error = kind(text)
        error.task_id = self.message.id
        if isinstance(error, PublishTimeoutError):
            error.maybe_stored = self.maybe_stored
        return error

    def _warn(self, error: Exception) -> None:
        now = time.monotonic()
        level = logging.WARNING if now >= self._next_warning else logging.DEBUG
        logger.log(level, "%s is not confirmed (%s), publishing it again", self.message, words(error))
        if level == logging.WARNING:
            self._next_warning = now + WARNING_SECONDS


def _may_be_written(error: Exception) -> bool:
    if isinstance(error, NoConfirmError):
        return error.written
    # kombu raises OperationalError if it cannot connect, and nothing else afterwards.
    return not isinstance(error, (Refusal, PoolExhaustedError, OperationalError))


class ProducerPool:
    """Creates producers. Replaces kombu's pool, which can block a caller forever."""

    def __init__(self, app: Celery, connection: kombu.Connection) -> None:
        """Publish to the broker of this connection."""
        self._app = app
        self.links = LinkPool(connection, app.conf.broker_pool_limit)
        #: Celery asks `connections.connection` for its transport.
        self.connections = self.links

    def acquire(self, block: bool = False, timeout: float | None = None) -> Producer:  # noqa: ARG002 - kombu's signature
        """Return a producer at once; it waits for a connection when it publishes."""
        return Producer(self._app, self.links)
