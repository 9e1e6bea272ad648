"""What a producer publishes by number: single tasks, many at a time, or workflows, one after the other."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Protocol

from celery import Celery
from celery.utils.log import get_logger

from ha_celery.drill.canvas import Workflows
from ha_celery.errors import is_temporary
from ha_celery.publish import ConfirmedPublisher
from ha_celery.recorder import DRILL_TASKS

logger = get_logger(__name__)

#: Pause before a workflow is published again, in seconds. Each attempt has its own budget.
PAUSE_SECONDS = 1.0

#: Called with ids that the broker has confirmed.
OnConfirmed = Callable[[list[str]], None]


class Outlet(Protocol):
    """Publishes what belongs to a number."""

    def ids(self, number: int) -> list[str]:
        """Returns the ids of all tasks of a number."""

    def publish(self, number: int) -> None:
        """Publishes the tasks of a number; their confirms may come later."""

    def wait(self, seconds: float) -> None:
        """Waits this long, and reports confirms meanwhile."""

    def finish(self) -> None:
        """Waits until everything is confirmed and reported."""

    def totals(self) -> tuple[int, int]:
        """Returns the numbers of published tasks and of repeated attempts."""


class TaskOutlet:
    """One task for each number; up to `window` tasks await their confirms."""

    def __init__(
        self,
        app: Celery,
        run: str,
        kind: str,
        arguments: Callable[[], tuple[Any, ...]],
        window: int,
        report: OnConfirmed,
    ) -> None:
        """Publishes the drill's task of this kind."""
        self._task = app.tasks[DRILL_TASKS + kind]
        self._run = run
        self._arguments = arguments
        # The drill limits the duration of an outage.
        self._publisher = ConfirmedPublisher(app, report, window, math.inf)

    def ids(self, number: int) -> list[str]:
        """Returns the id of a task."""
        return [f"{self._run}-{number:06}"]

    def publish(self, number: int) -> None:
        """Sends a task."""
        self._publisher.publish(self._task, self._arguments(), task_id=self.ids(number)[0])

    def wait(self, seconds: float) -> None:
        """Processes confirms for this long."""
        self._publisher.poll(seconds)

    def finish(self) -> None:
        """Waits for the last confirm, and closes the connection."""
        with self._publisher:
            pass

    def totals(self) -> tuple[int, int]:
        """Returns the totals of the publisher."""
        return self._publisher.published, self._publisher.retries


class WorkflowOutlet:
    """One workflow for each number, published with Celery's own calls."""

    def __init__(self, workflows: Workflows, report: OnConfirmed) -> None:
        """Publishes these workflows."""
        self._workflows = workflows
        self._report = report
        self._published = self._retries = 0

    def ids(self, number: int) -> list[str]:
        """Returns the ids of all tasks of a workflow."""
        return self._workflows.ids(number)

    def publish(self, number: int) -> None:
        """Publishes a workflow until the call succeeds, always under the same ids."""
        while True:
            try:
                self._workflows.publish(number)
                break
            except Exception as error:
                if not is_temporary(error):
                    raise
                logger.warning("workflow %s is published again: %s", number, error)
                self._retries += 1
                time.sleep(PAUSE_SECONDS)
        self._published += len(self.ids(number))
        self._report(self.ids(number))

    def wait(self, seconds: float) -> None:
        """Waits: every confirm has been reported."""
        time.sleep(seconds)

    def finish(self) -> None:
        """Does nothing: everything is confirmed."""

    def totals(self) -> tuple[int, int]:
        """Returns the totals."""
        return self._published, self._retries
