"""One line of log a task: how it ended. Celery writes another when the task comes."""

from __future__ import annotations

import logging
from typing import Any

from celery import signals

RECEIVED = "celery.worker.strategy"


def without_received(loglevel: int, **_: Any) -> None:
    """Keep the line of a task's arrival for those who ask for DEBUG."""
    if loglevel > logging.DEBUG:
        logging.getLogger(RECEIVED).setLevel(logging.WARNING)


def one_line_a_task() -> None:
    """Heed it whenever a worker sets its logging up."""
    signals.after_setup_logger.connect(without_received, weak=False, dispatch_uid="ha-celery-logs")
