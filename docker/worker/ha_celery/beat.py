"""Periodic tasks of which no run is forgotten: celery --app APP beat --scheduler=ha_celery.beat:Scheduler.

A run is done once the broker has confirmed its task, which is then written down. Until that it stays due,
over outages of the broker and of the scheduler itself. Of several runs that were missed, one is made up for.
"""

from __future__ import annotations

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

#: Pause before an entry that could not be published is tried again; the others go on meanwhile.
RETRY_SECONDS = 5.0


class Scheduler(beat.Scheduler):
    """Celery's scheduler with another memory and another way to publish."""

    #: Seconds between two signs of life at most.
    max_interval = 5

    #: Tasks bring their own connection, which waits for confirms and is made anew when it is lost.
    producer = None

    def __init__(self, app: Any, schedule_filename: str, **options: Any) -> None:
        """Remember runs in this file."""
        self._memory = Memory(Path(schedule_filename))
        self._files = StateFiles(app, "scheduling")
        self._overdue: dict[str, float] = {}
        super().__init__(app, **options)

    def setup_schedule(self) -> None:
        """Go on from the runs that are written down; an entry without any begins now."""
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

    def tick(self, *args: Any, **options: Any) -> Any:
        """Publish what is due, if anything is, and say that the scheduler lives."""
        self._files.alive()
        if not self._overdue:
            self._files.ready()
        return super().tick(*args, **options)

    def adjust(self, n: Any, drift: float = 0.0) -> Any:  # noqa: ARG002 - Celery's signature
        """Wake up on time: Celery's scheduler does so 10 ms before it, and spins until then."""
        return n

    def is_due(self, entry: Any) -> Any:
        """Let an entry that could not be published wait, so that the others have their turn."""
        pause = self._overdue.get(entry.name, 0) - time.monotonic()
        return (False, pause) if pause > 0 else super().is_due(entry)

    def apply_entry(self, entry: Any, producer: Any = None) -> None:  # noqa: ARG002 - Celery's signature
        """Publish a task; its entry stays due unless the broker has confirmed it."""
        run = _run_id(entry)
        named = self.Entry(**{**dict(entry), "options": {"task_id": run, **entry.options}})
        try:
            # Nobody here waits for results, so publishing need not wait for the result backend.
            with denied_join_result():
                self.apply_async(named, advance=False)
        except Exception as error:
            self._overdue[entry.name] = time.monotonic() + RETRY_SECONDS
            self._files.not_ready()
            # Celery has taken it for done. Without a heap, the next tick looks at every entry anew.
            self.schedule[entry.name] = entry
            self._heap = None
            logger.error("periodic task %s is overdue and will be tried again: %s", run, error)
        else:
            self._overdue.pop(entry.name, None)
            logger.info("periodic task %s published", run)
            self._memory.runs[entry.name] = self.schedule[entry.name].last_run_at
            self._memory.save()

    def send_task(self, name: str, *args: Any, **options: Any) -> Any:
        """Publish a task that this process only knows by name, as carefully as the others."""
        task = self.app.Task()
        task.name = name
        # Whether its result is kept is for the worker to know.
        options.setdefault("ignore_result", None)
        return task.apply_async(*args, **options)

    @property
    def info(self) -> str:
        """Say where the runs are written down."""
        return f"    . runs -> {self._memory.file}"


def _run_id(entry: Any) -> str:
    """Make an id that is the same if the scheduler dies before it writes the run down."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", entry.name)[:100]
    return f"{name}-{entry.last_run_at:%Y%m%dT%H%M%S.%f}"


class Memory:
    """When each entry ran last, in a file that is replaced as a whole."""

    def __init__(self, file: Path) -> None:
        """Do not look at the file yet."""
        self.file = file
        self.runs: dict[str, datetime] = {}

    def load(self) -> None:
        """Read the file, if there is one."""
        try:
            text = self.file.read_text()
        except FileNotFoundError:
            return
        try:
            self.runs = {name: datetime.fromisoformat(last) for name, last in json.loads(text).items()}
        except (AttributeError, TypeError, ValueError) as error:
            logger.error("%s is unreadable (%s): every schedule begins anew", self.file, error)

    def save(self) -> None:
        """Write the file; it is on disk when this returns."""
        draft = self.file.with_name(f"{self.file.name}.new")
        try:
            with draft.open("w") as file:
                json.dump({name: last.isoformat() for name, last in self.runs.items()}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.file)
        except OSError as error:
            # The runs go on; but after a restart some will be repeated.
            logger.error("cannot write %s: %s", self.file, error)
