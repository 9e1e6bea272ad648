"""Log lines of a worker."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from celery import Celery

from ha_celery import logs


@pytest.fixture
def arrivals() -> Iterator[logging.Logger]:
    logger = logging.getLogger(logs.RECEIVED)
    yield logger
    logger.setLevel(logging.NOTSET)


def test_the_arrival_of_a_task_is_not_worth_a_line(app: Celery, arrivals: logging.Logger) -> None:
    app.log.setup_logging_subsystem(loglevel=logging.INFO)
    assert not arrivals.isEnabledFor(logging.INFO)
    assert arrivals.isEnabledFor(logging.WARNING)
    assert logging.getLogger("celery.app.trace").isEnabledFor(logging.INFO)


def test_who_asks_for_debug_sees_it(arrivals: logging.Logger) -> None:
    logs.without_received(loglevel=logging.DEBUG)
    assert arrivals.level == logging.NOTSET
