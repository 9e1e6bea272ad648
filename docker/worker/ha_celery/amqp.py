"""The application's AMQP class: every way to publish a task goes through it.

delay, apply_async, send_task, groups, chords, chains, callbacks, retries, beat, and a caller's own producer
all end in `send_task_message`.
"""

from __future__ import annotations

import time
from typing import Any

import kombu
from celery.app.defaults import DEFAULTS
from celery.exceptions import SoftTimeLimitExceeded
from celery.utils.log import get_logger
from kombu.utils.objects import cached_property

from ha_celery import delays
from ha_celery.checked_amqp import CheckedAMQP
from ha_celery.configuration import configuration_of
from ha_celery.connection import AMQP_TRANSPORTS, Transport
from ha_celery.message import PUBLISHED
from ha_celery.producer import Budget, Producer, ProducerPool, RetryPolicy, TaskProducer
from ha_celery.routing import ExistingQueue, Queues, Router, is_plain, needs_queue, takes

logger = get_logger(__name__)

#: Seconds that an event about a published task may take: it is no part of the task.
EVENT_BUDGET = 1.0


class AMQP(CheckedAMQP):
    """Celery's, with confirmed publishing. A caller's producer only names the broker."""

    queues_cls = Queues
    _producer_pool: Any = None

    def __init__(self, app: Any) -> None:
        """Serve this app."""
        super().__init__(app)
        self._pools: dict[str, ProducerPool] = {}

    def _retry_publish(self, publish: Any, *args: Any, **options: Any) -> Any:
        """Publish what follows a task that has run: a soft time limit that ends now must not lose it."""
        try:
            return super()._retry_publish(publish, *args, **options)
        except SoftTimeLimitExceeded:
            logger.warning("the soft time limit ended while the next task was published: publishing it again")
            return super()._retry_publish(publish, *args, **options)

    @cached_property
    def queues(self) -> Any:
        """The queues that the app has set until now, perhaps after its settings were loaded."""
        configuration_of(self.app).apply()
        return self.Queues(self.app.conf.task_queues)

    @queues.setter  # type: ignore[no-redef]
    def queues(self, queues: Any) -> Any:
        return self.Queues(queues)

    def Router(self, queues: Any = None, create_missing: Any = None) -> Router:  # noqa: N802 - Celery's name
        """Return the router that knows the queue of every declared exchange and routing key."""
        create_missing = self.app.either("task_create_missing_queues", create_missing)
        return Router(self.routes, queues or self.queues, create_missing, app=self.app)

    @property
    def producer_pool(self) -> Any:
        """The pool of the app's own broker."""
        if self._producer_pool is None:
            connection = self.app.connection_for_write()
            if not _is_amqp(connection):
                return super().producer_pool
            self._producer_pool = self._pool_of(connection)
        return self._producer_pool

    publisher_pool = producer_pool

    def as_task_v2(self, *args: Any, **options: Any) -> Any:
        """Add the time, and leave out this process's own time limits: the task's worker has its own."""
        message = super().as_task_v2(*args, **options)
        # A retry has the headers of its task.
        message.headers[PUBLISHED] = int(time.time() * 1000)
        message.headers["timelimit"] = self._own_limits(message.headers["timelimit"])
        return message

    def as_task_v1(self, *args: Any, **options: Any) -> Any:
        """Leave out this process's own time limits."""
        message = super().as_task_v1(*args, **options)
        message.body["timelimit"] = self._own_limits(message.body["timelimit"])
        return message

    def _own_limits(self, limits: Any) -> list[float | None]:
        hard, soft = limits
        if hard is not None and hard == self.app.conf.task_time_limit:
            hard = None
        if soft is not None and soft == self.app.conf.task_soft_time_limit:
            soft = None
        return [hard, soft]

    def _create_task_sender(self) -> Any:
        """Return the function that publishes a task."""
        celerys = super()._create_task_sender()
        # Read once, as Celery does.
        setting = self.app.conf.task_publish_retry_policy
        own_policy = {} if setting == DEFAULTS["task_publish_retry_policy"] else setting

        def send_task_message(
            producer: Any,
            name: str,
            message: Any,
            *,
            retry: bool | None = None,
            retry_policy: dict[str, Any] | None = None,
            **options: Any,
        ) -> Any:
            if not _is_amqp(producer.connection):
                return celerys(producer, name, message, retry=retry, retry_policy=retry_policy, **options)
            retry = self.app.conf.task_publish_retry if retry is None else retry
            policy = RetryPolicy.of(retry, {**own_policy, **(retry_policy or {})})
            options = self._destination(name, message, options) | {"mandatory": True, "retry": False}
            if message.sent_event and not options.get("event_dispatcher"):
                options["event_dispatcher"] = QuietDispatcher(self)
            return celerys(self._confirmed(producer, policy), name, message, **options)

        return send_task_message

    def _confirmed(self, producer: Any, policy: RetryPolicy) -> TaskProducer:
        if isinstance(producer, Producer):
            return producer.with_policy(policy)
        if isinstance(producer, TaskProducer):
            return producer
        return Producer(self.app, self._pool_of(producer.connection).links, policy=policy)

    def _pool_of(self, connection: kombu.Connection) -> ProducerPool:
        broker = connection.as_uri(include_password=True)
        if broker not in self._pools:
            self._pools[broker] = ProducerPool(self.app, connection)
        return self._pools[broker]

    def _destination(self, name: str, message: Any, options: dict[str, Any]) -> dict[str, Any]:
        """Name exchange and routing key: of the cascade for a delayed task, else of the queue."""
        queue = options.get("queue")
        if isinstance(queue, str):
            queue = self.queues[queue]
        exchange, routing_key = options.get("exchange"), options.get("routing_key")
        eta = _eta(message)
        seconds = delays.seconds_until(eta, self.app.now()) if eta else 0
        if seconds and queue is not None and exchange is None and _is_key_of(queue, routing_key):
            return self._delayed(queue, seconds, options)
        if seconds:
            task_id = message.properties["correlation_id"]
            raise needs_queue(name, task_id, exchange or self.default_exchange.name, routing_key)
        by_name = exchange is None and routing_key is None
        if queue is not None and by_name and is_plain(queue, self.default_exchange):
            # To the default exchange, whose routing keys are the names of queues: no binding can go astray.
            return options | {"queue": queue, "exchange_type": "direct", "declare": [self._declared(queue)]}
        return options

    def _declared(self, queue: kombu.Queue) -> kombu.Queue | ExistingQueue:
        """Return what a publisher declares: a queue that only we have named is left to the workers."""
        return queue if self._names_queues else ExistingQueue(queue)

    @cached_property
    def _names_queues(self) -> bool:
        return configuration_of(self.app).names_queues()

    def _delayed(self, queue: kombu.Queue, seconds: int, options: dict[str, Any]) -> dict[str, Any]:
        route = delays.DelayedRoute(queue, self.app.conf.broker_native_delayed_delivery_queue_type)
        # The worker judges whether a task has expired: in the cascade, an expired message moves on early.
        rest = {key: value for key, value in options.items() if key != "expiration"}
        return rest | {
            "queue": queue,
            "exchange": delays.FIRST_EXCHANGE,
            "routing_key": delays.delayed_key(seconds, queue),
            "declare": [self._declared(queue), route],
        }


class QuietDispatcher:
    """Sends the event about a published task; an error must not make the task look unpublished."""

    def __init__(self, amqp: AMQP) -> None:
        """Send over connections of the app."""
        self._amqp = amqp

    def publish(self, kind: str, fields: dict[str, Any], *_: Any, **__: Any) -> None:
        """Send an event, or log that it is lost."""
        pool = self._amqp.producer_pool
        producer = Producer(self._amqp.app, pool.links, Budget(EVENT_BUDGET))
        try:
            self._amqp._event_dispatcher.publish(kind, fields, producer)
        except Exception as error:
            logger.warning("event %s of task %s is lost: %r", kind, fields.get("uuid"), error)


def _is_key_of(queue: kombu.Queue, routing_key: str | None) -> bool:
    return routing_key is None or takes(queue, queue.exchange and queue.exchange.name, routing_key)


def _eta(message: Any) -> str | None:
    # The first version of the task protocol has no headers.
    eta: str | None = (message.headers or message.body)["eta"]
    return eta


def _is_amqp(connection: kombu.Connection) -> bool:
    return connection.transport_cls in AMQP_TRANSPORTS or connection.transport_cls is Transport
