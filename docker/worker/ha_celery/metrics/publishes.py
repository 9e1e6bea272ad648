"""Metrics of published tasks, in memory that a worker shares with the processes of its pool.

The processes publish, and the main process serves. A process writes only into its own row, which its
successor continues, so processes need no lock between them.
"""

from __future__ import annotations

import mmap
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from celery import signals
from celery.utils.log import current_process_index

from ha_celery.metrics.histogram import cumulative
from ha_celery.metrics.server import Families
from ha_celery.metrics.table import (
    PUBLISH,
    PUBLISH_FAILED,
    PUBLISH_FAILED_ATTEMPTS,
    PUBLISH_SECONDS,
    PUBLISH_UNDER_WAY,
)

#: The main process has row 0. The system provides the memory of a row when the row is first written.
ROWS = 1025

#: Columns of a row; the buckets follow.
_UNDER_WAY, _FAILED_ATTEMPTS, _FAILED, _SECONDS, _BUCKETS = range(5)
_COLUMNS = _BUCKETS + len(PUBLISH_SECONDS) + 1
_DOUBLE = 8


class Attempts(Protocol):
    """What a publishing call knows of its attempts."""

    failures: int


class PublishCounts:
    """Counts of this process and of the processes that it forks later."""

    def __init__(self) -> None:
        """Begins with the row of the main process."""
        self._table = memoryview(mmap.mmap(-1, ROWS * _COLUMNS * _DOUBLE)).cast("d")
        self._used = 1
        self.use_row(0)

    def use_row(self, row: int) -> None:
        """Continues the row of an earlier process, whose unfinished calls have ended with it."""
        self._row = row % ROWS * _COLUMNS
        # A lock that another thread held during the fork would stay locked.
        self._lock = threading.Lock()
        self._table[self._row + _UNDER_WAY] = 0

    def began(self) -> None:
        """Counts a call that is under way."""
        with self._lock:
            self._table[self._row + _UNDER_WAY] += 1

    def ended(self, failures: int, seconds: float | None) -> None:
        """Counts a call that took this time, or failed."""
        row, table = self._row, self._table
        with self._lock:
            table[row + _UNDER_WAY] -= 1
            table[row + _FAILED_ATTEMPTS] += failures
            if seconds is None:
                table[row + _FAILED] += 1
            else:
                table[row + _SECONDS] += seconds
                table[row + _BUCKETS + bisect_left(PUBLISH_SECONDS, seconds)] += 1

    def collect(self, families: Families, processes: int = 0) -> None:
        """Adds the metrics of the main process and of this number of processes of its pool."""
        # A pool that shrinks must not make the counters decrease.
        self._used = max(self._used, min(processes + 1, ROWS))
        cells = self._table[: self._used * _COLUMNS].tolist()
        sums = [sum(cells[column::_COLUMNS]) for column in range(_COLUMNS)]
        buckets = cumulative(PUBLISH_SECONDS, sums[_BUCKETS:])
        families.histograms(PUBLISH, [((), buckets, sums[_SECONDS])])
        families.value(PUBLISH_FAILED_ATTEMPTS, sums[_FAILED_ATTEMPTS])
        families.value(PUBLISH_FAILED, sums[_FAILED])
        families.value(PUBLISH_UNDER_WAY, sums[_UNDER_WAY])


class _Process:
    """What this process counts in."""

    counts: PublishCounts | None = None


def count() -> PublishCounts:
    """Counts what this process, and the processes that it forks, publish from now on."""
    counts = _Process.counts = _Process.counts or PublishCounts()
    signals.worker_process_init.connect(_in_pool, weak=False, dispatch_uid="ha-celery-publishes")
    return counts


@contextmanager
def measure(attempts: Attempts) -> Iterator[None]:
    """Measures a publishing call if this process serves metrics."""
    counts = _Process.counts
    if counts is None:
        yield
        return
    began = time.monotonic()
    counts.began()
    try:
        yield
    except BaseException:
        counts.ended(attempts.failures, None)
        raise
    counts.ended(attempts.failures, time.monotonic() - began)


def _in_pool(**_: object) -> None:
    index = current_process_index(base=1)
    if _Process.counts and index:
        _Process.counts.use_row(index)
