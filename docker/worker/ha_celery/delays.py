"""Celery declares 115 objects for delayed tasks with every connection; here, with the first one."""

from __future__ import annotations

from typing import Any

from amqp.exceptions import NotFound
from celery.worker.consumer import delayed_delivery
from kombu.transport.native_delayed_delivery import CELERY_DELAYED_DELIVERY_EXCHANGE


class DelayedDelivery(delayed_delivery.DelayedDelivery):
    """Celery's step, which else costs a worker that lost its connection about half a second."""

    _declared: bool = False

    def _setup_delayed_delivery(self, c: Any, broker_url: str) -> None:
        """Declare all of them, unless this worker has done so and they are still there."""
        if self._declared and last_is_there(c.connection):
            return
        super()._setup_delayed_delivery(c, broker_url)
        self._declared = True


def last_is_there(connection: Any) -> bool:
    """Look for the exchange that is declared after all else; no queue has to answer for that."""
    try:
        with connection.channel() as channel:
            channel.exchange_declare(CELERY_DELAYED_DELIVERY_EXCHANGE, "topic", passive=True)
    except NotFound:
        return False
    return True
