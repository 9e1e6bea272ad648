"""One log line per task, at its end; Celery also logs the arrival of every task."""

from __future__ import annotations

import logging
from typing import Any

from celery import signals

RECEIVED = "celery.worker.strategy"


def without_received(loglevel: int, **_: Any) -> None:
    """Logs the arrival of a task at level DEBUG only."""
    if loglevel > logging.DEBUG:
        logging.getLogger(RECEIVED).setLevel(logging.WARNING)


def one_line_a_task() -> None:
    """Applied every time a worker configures logging."""
    signals.after_setup_logger.connect(without_received, weak=False, dispatch_uid="ha-celery-logs")
