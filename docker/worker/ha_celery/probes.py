"""Files that say how a worker is: touched by its own event loop, read by Kubernetes with `find`.

`heartbeat` is fresh while the event loop turns, `consuming` while the worker takes messages from its queues.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery import Celery, bootsteps
from celery.utils.log import get_logger

logger = get_logger(__name__)

INTERVAL_SECONDS = 5.0


def watch(app: Celery, folder: Path) -> None:
    """Say where the workers of this app keep their probe files."""
    app.conf.ha_celery_state_dir = str(folder)


class ProbeFiles(bootsteps.StartStopStep):
    """Started with every connection to the broker and stopped with it."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Forget what an earlier worker has left in the folder."""
        super().__init__(consumer, **options)
        folder = Path(consumer.app.conf.ha_celery_state_dir)
        self._heartbeat = folder / "heartbeat"
        self._consuming = folder / "consuming"
        self._timer_entry: Any = None
        self._write(self._heartbeat.touch)
        self._write(self._remove)

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
        self._write(self._remove)

    terminate = stop

    def _touch(self) -> None:
        self._write(self._heartbeat.touch)
        if self._timer_entry:
            self._write(self._consuming.touch)

    def _remove(self) -> None:
        self._consuming.unlink(missing_ok=True)

    def _write(self, change: Any) -> None:
        try:
            change()
        except OSError as error:
            # The probes will fail, which is the right answer; the running tasks need not.
            logger.error("cannot update the probe files (%s); HA_CELERY_STATE_DIR must be writable", error)
