"""Celery's prefork pool, with less work per task in the parent process."""

from __future__ import annotations

from typing import Any

from celery.concurrency import asynpool, prefork

from ha_celery.time_limits import TimeLimits


class Processes(asynpool.AsynPool):
    """Celery's AsynPool, with fewer iterations of the event loop per task."""

    _time_limits: TimeLimits | None = None

    def _create_timelimit_handlers(self, hub: Any) -> None:
        """Enforces all time limits with one timer; Celery calls this for every connection."""
        self._time_limits = self._time_limits or TimeLimits(self)
        self._time_limits.register(hub)

    def _create_write_handlers(self, hub: Any) -> None:
        """Writes to an idle process immediately; Celery first waits one iteration for a writable pipe."""
        super()._create_write_handlers(hub)

        def on_poll_start() -> None:
            if self.outbound_buffer:
                idle = self._all_inqueues - self._active_writes - self._busy_workers
                if idle:
                    hub.consolidate_callback(list(idle))

        self.on_poll_start = on_poll_start


class TaskPool(prefork.TaskPool):
    """Replaces Celery's `prefork`. An explicit --pool option takes precedence."""

    Pool = Processes
