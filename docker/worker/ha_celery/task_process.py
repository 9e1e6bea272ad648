"""Publishing from a task: until when it goes on, and what becomes of the task then."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from celery import signals
from celery._state import _task_stack
from celery.exceptions import Reject

#: A task stops publishing this long before its time limit, or a tenth of the limit if that is less.
MARGIN_SECONDS = 1.0


class ReturnToQueue(BaseException):
    """Gives the running task back to its queue, because the broker did not take a message of it in time.

    Not an `Exception`: Celery would turn it into the failure of the task, or a retry into a dead letter.
    The pool's process sends it to the worker as Celery's own `Reject`.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """Become a Reject on the way to the worker."""
        return Reject, (str(self), True)


class _Process:
    """What this process is."""

    pool = False
    #: Whether Celery would delete data that the task needs when it runs again.
    nothing_to_clean_up = False


def _in_pool(**_: Any) -> None:
    _Process.pool = True


def _began(task: Any, **_: Any) -> None:
    task.request.ha_celery_began = time.monotonic()


def watch() -> None:
    """Note when tasks begin, and whether this is a process of a pool."""
    signals.worker_process_init.connect(_in_pool, weak=False, dispatch_uid="ha-celery-pool")
    signals.task_prerun.connect(_began, weak=False, dispatch_uid="ha-celery-began")


def deadline() -> float | None:
    """Return until when the running task may publish, or None outside of a task that a worker runs."""
    for task in _task_stack.stack:
        request = task.request
        if not request.called_directly and not request.is_eager:
            if not task.acks_late:
                # It cannot return to its queue, so its author decides, as outside of tasks.
                return None
            # Pools without processes have no way to give a task back.
            return end_of(task, request) if _Process.pool else math.inf
    return None


def end_of(task: Any, request: Any) -> float:
    """Return when a running task must end, on the monotonic clock: shortly before its time limit."""
    limit = (request.timelimit or (None,))[0] or task.time_limit or task.app.conf.task_time_limit
    if not limit:
        return math.inf
    # A receiver of `task_prerun` that was connected before ours publishes before `_began`.
    began: float = getattr(request, "ha_celery_began", None) or time.monotonic()
    end: float = began + limit - min(MARGIN_SECONDS, limit / 10)
    return end


def return_to_queue(text: str, cause: BaseException) -> NoReturn:
    """Gives the running task back to its queue."""
    if _Process.nothing_to_clean_up:
        _end()
    raise ReturnToQueue(text) from cause


@contextmanager
def nothing_to_clean_up() -> Iterator[None]:
    """Makes this process of a pool end at once where it would raise an error that runs `finally` clauses.

    The worker then gives the task back, because it has lost the process.
    """
    if not _Process.pool or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    _Process.nothing_to_clean_up = True
    try:
        yield
    finally:
        _Process.nothing_to_clean_up = False
        signal.signal(signal.SIGTERM, before)


def _end(*_: Any) -> NoReturn:
    os._exit(128 + signal.SIGTERM)
