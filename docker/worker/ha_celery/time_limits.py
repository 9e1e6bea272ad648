"""Time limits without a timer a task, which Celery keeps until the limit would have been due."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

#: How often is looked for tasks over their limit. So late may a limit be kept.
LOOK_SECONDS = 0.5


class Limit(NamedTuple):
    """What happens to a running task, and when."""

    due: float
    job: Any
    soft: bool
    #: Seconds from the soft limit to the hard one.
    grace: float | None


class TimeLimits:
    """Of the tasks that the pool's processes run: no more than there are slots."""

    def __init__(self, processes: Any) -> None:
        """Of this pool; its tasks run on, and so do their limits, when the worker loses its connection."""
        self._processes = processes
        self._running: dict[int, Limit] = {}

    def register(self, hub: Any) -> None:
        """Look after the pool's tasks with a timer, which Celery ends together with the connection."""
        self._processes.on_timeout_set = self.started
        self._processes.on_timeout_cancel = self.ended
        hub.call_repeatedly(LOOK_SECONDS, self.look)

    def started(self, job: Any, soft: float | None, hard: float | None) -> None:
        """Begin to count; with neither limit a task may take for ever."""
        now = time.monotonic()
        if soft:
            grace = hard - soft if hard else None
            self._running[job._job] = Limit(now + soft, job, True, grace)
        elif hard:
            self._running[job._job] = Limit(now + hard, job, False, None)

    def ended(self, job: Any) -> None:
        """Forget a task."""
        self._running.pop(job._job, None)

    def look(self) -> None:
        """End what is over its limit, or warn it first."""
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
