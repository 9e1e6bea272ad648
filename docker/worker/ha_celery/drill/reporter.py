"""Tells the ledger what is confirmed, from a thread: a slow ledger never slows publishing."""

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
    """Collects ids with the time at which their confirm came, and hears from the ledger when to stop."""

    def __init__(self, run: str, ledger_url: str) -> None:
        """Begin to report."""
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
        """Take ids that the broker has just confirmed."""
        now = time.time()
        self.confirmed += len(ids)
        self._waiting.extend((task_id, now) for task_id in ids)

    def stopped(self) -> bool:
        """Tell whether the ledger wants the run to stop; raises what ended the reports."""
        if self._error:
            raise self._error
        return self._stop

    def close(self) -> None:
        """Wait until the ledger has stored everything."""
        self._closing.set()
        self._thread.join()
        self.stopped()

    def __enter__(self) -> Reporter:
        """Report until the end of the block."""
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        """Wait for the last report unless an error ends the block."""
        if kind is None:
            self.close()

    def _forever(self) -> None:
        try:
            # Closing is looked at first: what was added before it is then still sent.
            while not self._closing.is_set() or self._waiting:
                # Also without news: the answer says whether to stop.
                self._report()
                self._closing.wait(REPORT_SECONDS)
        except BaseException as error:
            self._error = error

    def _report(self) -> None:
        size = min(len(self._waiting), LARGEST_REPORT)
        batch = [self._waiting.popleft() for _ in range(size)]
        self._stop = self._ledger.confirmed_at(self._run, batch)
