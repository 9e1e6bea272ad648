"""Schedules the tasks of a run: python -m counter.scheduler.

Safe to kill and restart at any time: ids derive from the task's number, and tasks that the ledger knows as
confirmed are not published again.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ha_celery.apps import check
from ha_celery.environment import Environment, integer
from ha_celery.errors import GaveUpError, SettingsError
from ha_celery.publish import ConfirmedPublisher
from ha_celery.recorder import LedgerClient
from ha_celery.variable_types import RUN_NAME

PROGRESS_SECONDS = 5.0
# Kubernetes shows the content of this file in the pod's status.
TERMINATION_LOG = Path("/dev/termination-log")


@dataclass(frozen=True)
class Schedule:
    """Tasks to schedule."""

    run: str
    tasks: int

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Schedule:
        """Reads SCHEDULE_RUN and SCHEDULE_TASKS."""
        env = Environment(variables)
        schedule = cls(
            run=env.read("SCHEDULE_RUN", RUN_NAME, "", "run-1"),
            tasks=env.read("SCHEDULE_TASKS", integer(1, 1_000_000), 1, "10000"),
        )
        env.check()
        return schedule

    def ids(self) -> list[str]:
        """Returns the task ids, which are the same in every attempt of a run."""
        return [f"{self.run}-{number:06}" for number in range(self.tasks)]


class Confirmations:
    """Counts confirmed tasks, reports them to the ledger in batches, and prints the progress."""

    def __init__(self, schedule: Schedule, ledger: LedgerClient | None, known: int) -> None:
        """Starts from the number of tasks confirmed in earlier attempts."""
        self._schedule = schedule
        self._ledger = ledger
        self._waiting: list[str] = []
        self._next_report = time.monotonic() + PROGRESS_SECONDS
        self.count = known

    def add(self, ids: list[str]) -> None:
        """Adds ids that the broker has just confirmed."""
        self.count += len(ids)
        self._waiting.extend(ids)
        if len(self._waiting) >= 250:
            self.flush()
        if time.monotonic() >= self._next_report:
            self._next_report = time.monotonic() + PROGRESS_SECONDS
            print(f"{self._schedule.run}: {self.count} of {self._schedule.tasks} tasks confirmed", flush=True)

    def flush(self) -> None:
        """Reports all ids; returns when the ledger has stored them."""
        ids, self._waiting = self._waiting, []
        if ids and self._ledger:
            self._ledger.confirmed(ids)


def schedule_tasks(schedule: Schedule, app: Any, task: Any, ledger_url: str | None) -> dict[str, Any]:
    """Publishes all unconfirmed tasks; returns the totals of this attempt."""
    began = time.monotonic()
    ledger = LedgerClient(ledger_url, budget=600) if ledger_url else None
    wanted = schedule.ids()
    known = ledger.confirmed_ids(schedule.run).intersection(wanted) if ledger else set()
    if known:
        print(f"{schedule.run}: {len(known)} tasks are already confirmed, publishing the rest", flush=True)
    confirmations = Confirmations(schedule, ledger, len(known))
    with ConfirmedPublisher(app, confirmations.add) as publisher:
        for task_id in wanted:
            if task_id not in known:
                publisher.publish(task, task_id=task_id)
    confirmations.flush()
    return {
        "run": schedule.run,
        "tasks": schedule.tasks,
        "confirmed": confirmations.count,
        "published": publisher.published,
        "retries": publisher.retries,
        "seconds": round(time.monotonic() - began, 3),
    }


def main() -> None:
    """Publishes and reports; exits with 0 only if every task is confirmed."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        schedule = Schedule.from_environment()
        from counter.tasks import app, count

        check(app)
    except SettingsError as error:
        sys.exit(str(error))
    try:
        figures = schedule_tasks(schedule, app, count, os.environ.get("HA_CELERY_LEDGER_URL"))
    except GaveUpError as error:
        sys.exit(f"{schedule.run}: gave up: {error}. Run the job again.")
    line = json.dumps(figures)
    print(line, flush=True)
    with suppress(OSError):
        TERMINATION_LOG.write_text(line)
    if figures["confirmed"] != schedule.tasks:
        sys.exit(f"{schedule.run}: only {figures['confirmed']} of {schedule.tasks} tasks are confirmed")


def _stop(*_: object) -> NoReturn:
    # Without cleanup: the next attempt publishes all unconfirmed tasks.
    print("stopped by SIGTERM before every task was confirmed", file=sys.stderr, flush=True)
    os._exit(143)


if __name__ == "__main__":
    main()
