"""Periodic tasks that miss no run: the default of `beat_scheduler`.

A run is complete when the broker has confirmed its task and the run is saved. Until then it stays due, across
outages of the broker and of the scheduler. After several missed runs, the scheduler publishes one.
"""

from __future__ import annotations

import heapq
import json
import os
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from celery import beat
from celery.result import denied_join_result
from celery.utils.log import get_logger

from ha_celery.probes import StateFiles

logger = get_logger(__name__)

#: Pause before a failed entry is retried, in seconds; other entries are not delayed.
RETRY_SECONDS = 5.0


class Scheduler(beat.Scheduler):
    """Celery's scheduler with confirmed publishing and a file of completed runs."""

    #: Maximum interval between heartbeats, in seconds.
    max_interval = 5

    #: Tasks use their own connection, which waits for confirms and reconnects.
    producer = None

    _heap: Any = None
    _error: Exception | None = None

    def __init__(self, app: Any, schedule_filename: str, **options: Any) -> None:
        """Saves runs in the given file."""
        self._memory = Memory(Path(schedule_filename))
        self._files = StateFiles(app, "scheduling")
        self._overdue: dict[str, float] = {}
        super().__init__(app, **options)

    def setup_schedule(self) -> None:
        """Continues from the saved runs; a new entry starts now."""
        self._files.begin()
        self.merge_inplace(self.app.conf.beat_schedule)
        self.install_default_entries(self.schedule)
        self._memory.load()
        for name, entry in self.schedule.items():
            last = self._memory.runs.get(name)
            if last is not None:
                # A clock that was ahead must not delay the next run.
                entry.last_run_at = min(last.astimezone(self.app.timezone), entry.default_now())
        self._memory.runs = {name: entry.last_run_at for name, entry in self.schedule.items()}
        self._memory.save()

    @property
    def files(self) -> StateFiles:
        """The probe files, which know the last tick."""
        return self._files

    @property
    def overdue(self) -> int:
        """Number of entries whose task the broker has not confirmed."""
        return len(self._overdue)

    def tick(self, *args: Any, **options: Any) -> Any:
        """Publishes a due entry, if there is one, and updates the probe files."""
        self._files.alive()
        if not self._overdue:
            self._files.ready()
        return super().tick(*args, **options)

    def adjust(self, n: Any, drift: float = 0.0) -> Any:  # noqa: ARG002 - Celery's signature
        """Wakes up on time; Celery's scheduler wakes up 10 ms early and busy-waits."""
        return n

    def is_due(self, entry: Any) -> Any:
        """Postpones a failed entry so that it does not delay the others."""
        pause = self._overdue.get(entry.name, 0) - time.monotonic()
        return (False, pause) if pause > 0 else super().is_due(entry)

    def populate_heap(self, *args: Any, **options: Any) -> None:
        """Sorts failed entries by their retry: before 5.7, Celery waits for the entry at the top."""
        super().populate_heap(*args, **options)
        now = time.monotonic()
        heap: list[Any] = self._heap
        for index, event in enumerate(heap):
            pause = max(self._overdue.get(event.entry.name, now) - now, 0)
            heap[index] = event._replace(time=event.time + pause)
        heapq.heapify(heap)

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Publishes a task; its entry stays due until the broker has confirmed it."""
        run = _run_id(entry)
        self._error = None
        # Celery's own method, because monitoring wraps it. Sentry's accepts only one positional argument.
        super().apply_entry(
            self.Entry(**{**dict(entry), "options": {"task_id": run, **entry.options}}), producer=producer
        )
        if self._error is not None:
            self._overdue[entry.name] = time.monotonic() + RETRY_SECONDS
            self._files.not_ready()
            # Celery regards the entry as done. Without a heap, the next tick evaluates every entry again.
            self.schedule[entry.name] = entry
            self._heap = None
            logger.error("periodic task %s is overdue and will be retried: %s", run, self._error)
        else:
            self._overdue.pop(entry.name, None)
            logger.info("periodic task %s published", run)
            self._memory.runs[entry.name] = self.schedule[entry.name].last_run_at
            self._memory.save()

    def apply_async(self, entry: Any, *args: Any, **options: Any) -> Any:
        """Keeps the error of a failed publish, which Celery only logs."""
        try:
            return self.publish(entry, *args, **options)
        except Exception as error:
            self._error = error
            raise

    def publish(self, entry: Any, *args: Any, **options: Any) -> Any:
        """Publishes a task; nothing here waits for its result, so the result backend is not needed."""
        with denied_join_result():
            return super().apply_async(entry, *args, **options)

    @property
    def info(self) -> str:
        """Line of the startup banner: the file of runs."""
        return f"    . runs -> {self._memory.file}"


def _run_id(entry: Any) -> str:
    """Task id of a run; identical if the scheduler dies before it saves the run and publishes it again."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", entry.name)[:100]
    return f"{name}-{entry.last_run_at:%Y%m%dT%H%M%S.%f}"


class Memory:
    """Time of the last run of each entry, in a file that is replaced atomically."""

    def __init__(self, file: Path) -> None:
        """Does not read the file yet."""
        self.file = file
        self.runs: dict[str, datetime] = {}

    def load(self) -> None:
        """Reads the file, if it exists."""
        try:
            runs = json.loads(self.file.read_text())
            self.runs = {name: datetime.fromisoformat(last) for name, last in runs.items()}
        except FileNotFoundError:
            return
        except (AttributeError, OSError, TypeError, ValueError) as error:
            logger.error("%s is unreadable (%s): all schedules start from now", self.file, error)

    def save(self) -> None:
        """Writes the file and flushes it to disk."""
        draft = self.file.with_name(f"{self.file.name}.new")
        try:
            with draft.open("w") as file:
                json.dump({name: last.isoformat() for name, last in self.runs.items()}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.file)
        except OSError as error:
            # Runs continue, but some are repeated after a restart.
            logger.error("cannot write %s: %s", self.file, error)
