"""Where a task goes: to a queue that the application declares."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from amqp.exceptions import NotFound
from celery.app import amqp, routes
from celery.exceptions import QueueNotFound
from kombu import Exchange, Queue

from ha_celery.delays import is_delay_exchange, without_delay
from ha_celery.errors import UnknownQueueError, UnroutableError


class Queues(amqp.Queues):
    """Celery's queues; those that are made on the fly are of the same kind as the declared ones."""

    def new_missing(self, name: str) -> Queue:
        """Declare a queue like the others, on the application's exchange."""
        return Queue(name, self.default_exchange, name, queue_arguments={"x-queue-type": "quorum"})


class Router(routes.Router):
    """Celery's router, which forgets the queue of a task that is sent, or retried, by its routing key."""

    def route(
        self, options: Any, name: str, args: Any = (), kwargs: Any = None, task_type: Any = None
    ) -> dict[str, Any]:
        """Return the options of a publish with their queue, if the application declares it."""
        try:
            routed: dict[str, Any] = super().route(self._by_queue(options), name, args, kwargs, task_type)
        except QueueNotFound as error:
            raise UnknownQueueError(
                f"task {name} is not sent: {error.args[0]}. Declared queues: {', '.join(self.queues)}."
                " Correct the name, add the queue to `queues` of a worker pool, or set"
                " task_create_missing_queues to let queues be made on the fly."
            ) from error
        return routed

    def expand_destination(self, route: Any) -> dict[str, Any]:
        """Return options with the queue that they name, and without a routing key that no queue has.

        A plain queue takes tasks by its name only, but Celery's guides bind theirs with other keys.
        """
        expanded: dict[str, Any] = super().expand_destination(route)
        queue, exchange = expanded.get("queue"), self._exchange(expanded)
        ours = self.app.amqp.default_exchange
        if queue is None or not is_plain(queue, ours) or exchange != ours.name:
            return expanded
        taken_by = queue_of(self.queues.values(), exchange, expanded.get("routing_key") or "")
        return expanded if taken_by not in (None, queue) else _without_destination(expanded)

    def _by_queue(self, options: dict[str, Any]) -> dict[str, Any]:
        """Replace the exchange and the routing key of a declared queue by its name."""
        if options.get("queue") or not (options.get("exchange") or options.get("routing_key")):
            return options
        queue = queue_of(self.queues.values(), self._exchange(options), options.get("routing_key") or "")
        if queue is None:
            return options
        return _without_destination(options) | {"queue": queue.name}

    def _exchange(self, options: dict[str, Any]) -> str:
        exchange = options.get("exchange")
        if isinstance(exchange, Exchange):
            exchange = exchange.name
        # A retry names the exchange of the message that is retried: "" is the default exchange.
        return str(self.app.amqp.default_exchange.name if exchange is None else exchange)


def _without_destination(options: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key not in ("exchange", "routing_key")}


def is_plain(queue: Queue, default_exchange: Exchange) -> bool:
    """Return whether a queue is bound by its name to the application's exchange."""
    exchange = queue.exchange and queue.exchange.name
    return bool(exchange == default_exchange.name and queue.routing_key == queue.name)


def queue_of(queues: Iterable[Queue], exchange: str, routing_key: str) -> Queue | None:
    """Return the declared queue that messages of this exchange and routing key reach."""
    by_name = exchange == "" or is_delay_exchange(exchange)
    key = without_delay(routing_key)
    for queue in queues:
        if queue.name == key if by_name else takes(queue, exchange, key):
            return queue
    return None


def takes(queue: Queue, exchange: str, routing_key: str) -> bool:
    """Return whether a queue is bound to an exchange with a key or, on a topic exchange, a pattern of it."""
    if queue.exchange is None or queue.exchange.name != exchange:
        return False
    if queue.exchange.type != "topic":
        return bool(queue.routing_key == routing_key)
    return bool(re.fullmatch(_expression(queue.routing_key), routing_key))


def _expression(pattern: str) -> str:
    """Translate the pattern of a topic exchange: `*` is one word, `#` any number of them."""
    words = {"*": r"[^.]+", "#": r".*"}
    escaped = [words.get(word) or re.escape(word) for word in pattern.split(".")]
    return r"\.".join(escaped).replace(r"\..*", r"(\..*)?").replace(r".*\.", r"(.*\.)?")


class ExistingQueue:
    """A queue that is looked up instead of declared, because nothing in this process names it."""

    can_cache_declaration = True
    is_bound = True

    def __init__(self, queue: Queue) -> None:
        """Look up this queue."""
        self.name = queue.name

    def __hash__(self) -> int:
        """Be the same for the same queue, as kombu's entities are."""
        return hash(("existing", self.name))

    def __eq__(self, other: object) -> bool:
        """Compare by name."""
        return isinstance(other, ExistingQueue) and self.name == other.name

    def declare(self, channel: Any) -> None:
        """Raise an error if the queue does not exist."""
        try:
            channel.queue_declare(self.name, passive=True)
        except NotFound as error:
            # A queue without a leader answers NotFound, too, in other words.
            if "no queue" not in str(error):
                raise
            raise UnroutableError(
                f"nothing is sent: queue {self.name!r} does not exist, and is not created because neither"
                " HA_CELERY_QUEUES nor the app names a queue. Set HA_CELERY_QUEUES to the queues of the"
                " worker pools, or task_default_queue in the app."
            ) from error


def needs_queue(name: str, task_id: str, exchange: Any, routing_key: str | None) -> UnroutableError:
    """Return the error of a delayed task whose destination is not a declared queue."""
    error = UnroutableError(
        f"task {name}[{task_id}] is not sent: a countdown or an eta needs a queue that the application"
        f" declares, but none takes routing key {routing_key!r} of exchange {str(exchange)!r}."
        " Declare it in task_queues, or name a queue."
    )
    error.task_id = task_id
    return error
