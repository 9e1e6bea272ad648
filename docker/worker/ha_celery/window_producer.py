"""What `ConfirmedPublisher` gives to Celery instead of a producer that waits for each confirm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kombu

from ha_celery.message import Message, encode
from ha_celery.producer import TaskProducer


class WindowProducer(TaskProducer):
    """Hands each task over as a message."""

    def __init__(self, connection: kombu.Connection, accept: Callable[[Message], None]) -> None:
        """Call `accept` with each message."""
        super().__init__(connection)
        self._accept = accept

    def publish(
        self,
        body: Any,
        retry: Any = None,  # noqa: ARG002 - the publisher repeats
        retry_policy: Any = None,  # noqa: ARG002
        timeout: Any = None,  # noqa: ARG002
        confirm_timeout: Any = None,  # noqa: ARG002
        **options: Any,
    ) -> None:
        """Serialize a task; its confirm comes later."""
        self._accept(encode(body, **options))
