"""Metrics of beat."""

from __future__ import annotations

from collections.abc import Callable

from ha_celery.metrics import publishes
from ha_celery.metrics.server import Families, serve
from ha_celery.metrics.table import LAST_TICK, OVERDUE


def serve_beat(port: int, last_tick: Callable[[], float], overdue: Callable[[], int] | None) -> None:
    """Serves the metrics of beat; a scheduler of the app's reports nothing overdue."""
    counts = publishes.count()

    def collect(families: Families) -> None:
        families.value(LAST_TICK, last_tick())
        if overdue:
            families.value(OVERDUE, overdue())
        counts.collect(families)

    serve(port, collect)
