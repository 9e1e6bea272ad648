"""A consumer that is back soon after the broker is."""

from __future__ import annotations

from typing import Any

from celery.worker import consumer


class Consumer(consumer.Consumer):
    """Celery's consumer, which else waits 2 s before its second attempt and up to 30 s before later ones."""

    def ensure_connected(self, conn: Any) -> Any:
        """Connect, however long it takes, with short pauses."""
        ensure = conn.ensure_connection

        def with_short_pauses(*args: Any, **options: Any) -> Any:
            return ensure(*args, **options, interval_start=0.2, interval_step=0.4, interval_max=3)

        conn.ensure_connection = with_short_pauses
        return super().ensure_connected(conn)
