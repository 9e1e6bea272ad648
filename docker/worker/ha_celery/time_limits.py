"""Time limits without one timer per task, which Celery keeps until the limit expires."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

#: Polling interval, in seconds; a task may overrun its limit by this much.
POLL_SECONDS = 0.5


class Limit(NamedTuple):
    """Limit of a running task, and when it expires."""

    due: float
    job: Any
    soft: bool
    #: Seconds from the soft limit to the hard one.
    grace: float | None


class TimeLimits:
    """Limits of the running tasks, at most one per worker slot."""

    def __init__(self, processes: Any) -> None:
        """Enforces the limits of the given pool; they stay in force when the worker loses its connection."""
        self._processes = processes
        self._running: dict[int, Limit] = {}

    def register(self, hub: Any) -> None:
        """Starts the timer; Celery cancels it when the connection is lost."""
        self._processes.on_timeout_set = self.started
        self._processes.on_timeout_cancel = self.ended
        hub.call_repeatedly(POLL_SECONDS, self.poll)

    def started(self, job: Any, soft: float | None, hard: float | None) -> None:
        """Starts the limits of a task, if it has any."""
        now = time.monotonic()
        if soft:
            grace = hard - soft if hard else None
            self._running[job._job] = Limit(now + soft, job, True, grace)
        elif hard:
            self._running[job._job] = Limit(now + hard, job, False, None)

    def ended(self, job: Any) -> None:
        """Removes the limit of a finished task."""
        self._running.pop(job._job, None)

    def poll(self) -> None:
        """Ends tasks that exceed their hard limit and warns those that exceed their soft limit."""
        now = time.monotonic()
        for key, (due, job, soft, grace) in list(self._running.items()):
            if due > now:
                continue
            del self._running[key]
            if not soft:
                self._processes.on_hard_timeout(job)
                continue
            if grace is not None:
                self._running[key] = Limit(now + grace, job, False, None)
            self._processes.on_soft_timeout(job)
