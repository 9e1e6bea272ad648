"""Files that say how a worker or a scheduler is: touched by its own loop, read by Kubernetes with `find`.

`heartbeat` is fresh while the loop turns; `consuming` or `scheduling` while it is of use, too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery import Celery, bootsteps
from celery.utils.log import get_logger

from ha_celery.environment import SettingsError

logger = get_logger(__name__)

INTERVAL_SECONDS = 5.0


def watch(app: Celery, folder: Path) -> None:
    """Say where the workers of this app keep their probe files."""
    app.conf.ha_celery_state_dir = str(folder)


class StateFiles:
    """The two files of one process. If they cannot be written the probes fail; the running tasks need not."""

    def __init__(self, app: Celery, ready: str) -> None:
        """Keep them where `watch` said."""
        folder = app.conf.get("ha_celery_state_dir")
        if folder is None:
            raise SettingsError(f"app {app.main!r} is not configured. Make it with ha_celery.create_app().")
        self._heartbeat = Path(folder) / "heartbeat"
        self._ready = Path(folder) / ready

    def begin(self) -> None:
        """Forget what an earlier process has left."""
        self.alive()
        self.not_ready()

    def alive(self) -> None:
        """Say that the loop turns."""
        self._write(self._heartbeat.touch)

    def ready(self) -> None:
        """Say that all is well."""
        self._write(self._ready.touch)

    def not_ready(self) -> None:
        """Say that it is not."""
        self._write(lambda: self._ready.unlink(missing_ok=True))

    def _write(self, change: Callable[[], None]) -> None:
        try:
            change()
        except OSError as error:
            logger.error("cannot update the probe files (%s); HA_CELERY_STATE_DIR must be writable", error)


class ProbeFiles(bootsteps.StartStopStep):
    """Started with every connection to the broker and stopped with it."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Forget what an earlier worker has left in the folder."""
        super().__init__(consumer, **options)
        self._files = StateFiles(consumer.app, "consuming")
        self._timer_entry: Any = None
        self._files.begin()

    def start(self, consumer: Any) -> None:
        """Begin with the loop's first turn, which comes after the queues are consumed from."""
        # Celery cancels a connection's timers when the connection is lost, so each start brings its own.
        self._timer_entry = consumer.timer.call_repeatedly(INTERVAL_SECONDS, self._touch)
        consumer.call_soon(self._touch)

    def stop(self, consumer: Any) -> None:  # noqa: ARG002 - Celery's signature
        """Take the worker out at once: connection lost, or shutting down."""
        entry, self._timer_entry = self._timer_entry, None
        if entry:
            entry.cancel()
        self._files.not_ready()

    terminate = stop

    def _touch(self) -> None:
        self._files.alive()
        if self._timer_entry:
            self._files.ready()
