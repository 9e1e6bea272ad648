"""Options that the app gives its queues; ours have only their names."""

from __future__ import annotations

from typing import Any

from celery.utils.log import get_logger
from kombu import Queue

from ha_celery.setting_values import EXCHANGE, Context, own_queues

logger = get_logger(__name__)


def warn(context: Context) -> None:
    """Logs what is not used."""
    for name, options in unused(context).items():
        logger.warning(
            "task_queues gives queue %r the arguments %r, which are not used. Send tasks to the queue by its"
            " name, and set limits by a policy of the broker, which also changes queues that exist",
            name,
            options,
        )


def unused(context: Context) -> dict[str, dict[str, Any]]:
    """Returns what the app gives each of its queues, besides a name and a type."""
    options = {queue.name: _options(queue) for queue in own_queues(context)}
    return {name: of_queue for name, of_queue in options.items() if of_queue}


def _options(queue: Queue) -> dict[str, Any]:
    ours = Queue(queue.name, routing_key=queue.name)
    options = {
        name: getattr(queue, name)
        for name, _ in Queue.attrs
        if name not in ("exchange", "queue_arguments")
        and getattr(queue, name) not in (getattr(ours, name), None, "", {})
    }
    exchange = queue.exchange
    # Queues with several bindings have no exchange.
    if exchange and exchange.name and (exchange.name, exchange.type) != (EXCHANGE, "topic"):
        options["exchange"] = f"{exchange.name} ({exchange.type})"
    arguments = dict(queue.queue_arguments or {})
    arguments.pop("x-queue-type", None)
    return options | arguments
