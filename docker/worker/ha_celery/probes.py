"""Probe files of a worker or scheduler: its event loop touches them, Kubernetes reads them with `find`.

`heartbeat` is fresh while the loop runs; `consuming` or `scheduling` while the process is ready, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery import Celery, bootsteps
from celery.utils.log import get_logger

from ha_celery.errors import SettingsError

logger = get_logger(__name__)

INTERVAL_SECONDS = 5.0


class StateFiles:
    """The two probe files of one process. A write error fails the probes, not the running tasks."""

    def __init__(self, app: Celery, ready: str) -> None:
        """Uses the folder HA_CELERY_STATE_DIR."""
        folder = app.conf.get("ha_celery_state_dir")
        if folder is None:
            raise SettingsError(f"app {app.main!r} is not configured. Call ha_celery.configure(app) first.")
        self._heartbeat = Path(folder) / "heartbeat"
        self._ready = Path(folder) / ready
        #: Time of the last call of `alive`.
        self.alive_at = 0.0

    def begin(self) -> None:
        """Removes the state of an earlier process."""
        self.alive()
        self.not_ready()

    def alive(self) -> None:
        """Reports a live event loop."""
        self.alive_at = time.time()
        self._write(self._heartbeat.touch)

    def ready(self) -> None:
        """Reports the process as ready."""
        self._write(self._ready.touch)

    def not_ready(self) -> None:
        """Reports the process as not ready."""
        self._write(lambda: self._ready.unlink(missing_ok=True))

    def _write(self, change: Callable[[], None]) -> None:
        try:
            change()
        except OSError as error:
            logger.error("cannot update the probe files (%s); HA_CELERY_STATE_DIR must be writable", error)


class ProbeFiles(bootsteps.StartStopStep):
    """Consumer step that starts and stops with every connection to the broker."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Removes the files of an earlier worker."""
        super().__init__(consumer, **options)
        self._files = StateFiles(consumer.app, "consuming")
        #: A new object for each connection; None without one.
        self._connection: object | None = None
        self._files.begin()

    def start(self, consumer: Any) -> None:
        """Starts with the loop's first iteration, when the worker already consumes from its queues.

        The timer of a green pool goes on while the loop waits for a free greenlet, which may take long.
        """
        connection = self._connection = object()

        def touch() -> None:
            # Called for an earlier connection: not all timers can cancel their entries.
            if self._connection is not connection:
                return
            self._files.alive()
            self._files.ready()
            consumer.timer.call_after(INTERVAL_SECONDS, touch, ())

        consumer.call_soon(touch)

    def stop(self, consumer: Any) -> None:  # noqa: ARG002 - Celery's signature
        """Reports not ready immediately, on a lost connection or on shutdown."""
        self._connection = None
        self._files.not_ready()

    terminate = stop
