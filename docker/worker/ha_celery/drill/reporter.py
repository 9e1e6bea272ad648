"""Reports confirms to the ledger from a thread, so that a slow ledger does not slow publishing."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

from ha_celery.recorder import LedgerClient

REPORT_SECONDS = 0.2
# About 1 MB of JSON.
LARGEST_REPORT = 10_000


class Reporter:
    """Collects ids with the time of their confirm, and learns from the ledger when to stop."""

    def __init__(self, run: str, ledger_url: str) -> None:
        """Starts reporting."""
        self._run = run
        self._ledger = LedgerClient(ledger_url)
        self._waiting: deque[tuple[str, float]] = deque()
        self._closing = threading.Event()
        self._error: BaseException | None = None
        self._stop = False
        self.confirmed = 0
        self._thread = threading.Thread(target=self._forever, daemon=True, name="drill-reporter")
        self._thread.start()

    def add(self, ids: list[str]) -> None:
        """Adds ids that the broker has just confirmed."""
        now = time.time()
        self.confirmed += len(ids)
        self._waiting.extend((task_id, now) for task_id in ids)

    def stopped(self) -> bool:
        """Returns whether the run is to stop; raises the error that ended the reports."""
        if self._error:
            raise self._error
        return self._stop

    def close(self) -> None:
        """Waits until the ledger has stored everything."""
        self._closing.set()
        self._thread.join()
        self.stopped()

    def __enter__(self) -> Reporter:
        """Reports until the end of the block."""
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        """Waits for the last report unless an error ends the block."""
        if kind is None:
            self.close()

    def _forever(self) -> None:
        try:
            # Checked in this order, so that ids added before closing are still sent.
            while not self._closing.is_set() or self._waiting:
                # Even if empty, because the answer says whether to stop.
                self._report()
                self._closing.wait(REPORT_SECONDS)
        except BaseException as error:
            self._error = error

    def _report(self) -> None:
        size = min(len(self._waiting), LARGEST_REPORT)
        batch = [self._waiting.popleft() for _ in range(size)]
        self._stop = self._ledger.confirmed_at(self._run, batch)
