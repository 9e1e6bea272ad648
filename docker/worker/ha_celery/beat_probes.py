"""Start of beat: its metrics, and probe files of a scheduler of the app's, such as django-celery-beat's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import signals

from ha_celery.beat import Scheduler
from ha_celery.configuration import check_at_start, is_configured
from ha_celery.metrics.beat import serve_beat
from ha_celery.probes import StateFiles


def watch() -> None:
    """Connects to the start of beat."""
    signals.beat_init.connect(begin, weak=False, dispatch_uid="ha-celery-beat")


def begin(sender: Any, **_: Any) -> None:
    """Ends beat if its settings are not safe; lets any scheduler touch the probe files when it ticks."""
    if not is_configured(sender.app):
        return
    check_at_start(sender.app)
    scheduler = sender.scheduler
    # Ours is ready only while all its runs are published.
    if isinstance(scheduler, Scheduler):
        _serve(sender.app, scheduler.files, lambda: scheduler.overdue)
    else:
        files = StateFiles(sender.app, "scheduling")
        scheduler.tick = Ticks(scheduler, files)
        _serve(sender.app, files)


def _serve(app: Any, files: StateFiles, overdue: Callable[[], int] | None = None) -> None:
    if port := app.conf.ha_celery_metrics_port:
        serve_beat(port, lambda: files.alive_at, overdue)


class Ticks:
    """Replacement of a scheduler's `tick`."""

    def __init__(self, scheduler: Any, files: StateFiles) -> None:
        """Removes the files of an earlier process."""
        self._tick = scheduler.tick
        self._files = files
        files.begin()

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Ticks, and asks for the next one before the heartbeat is too old."""
        self._files.alive()
        pause = self._tick(*args, **options)
        self._files.ready()
        return min(pause or 0, Scheduler.max_interval)
