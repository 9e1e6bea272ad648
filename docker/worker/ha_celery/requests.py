"""Time limits of a worker: a task's own ends it as in Celery, the pool's returns it to its queue."""

from __future__ import annotations

from typing import Any

from celery import bootsteps
from celery.utils.imports import symbol_by_name
from celery.utils.log import get_logger
from celery.worker.request import Request
from celery.worker.state import task_ready

logger = get_logger(__name__)


class PoolLimit(Request):
    """Celery's Request makes no difference between the two time limits."""

    _returned = False

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """Returns a task that exceeds the pool's limit to its queue, without recording a failure."""
        if soft or self._has_own_limit() or not self.task.acks_late:
            super().on_timeout(soft, timeout)
            return
        logger.error(
            "%s[%s] exceeds the time limit of the pool (%s s); returned to its queue",
            self.name,
            self.id,
            timeout,
        )
        self._returned = True
        task_ready(self)
        self.reject(requeue=True)

    def on_failure(self, exc_info: Any, *args: Any, **options: Any) -> None:
        """Records no failure of a task that was returned; Celery reports each timeout twice."""
        if self._returned:
            task_ready(self)
            return
        super().on_failure(exc_info, *args, **options)

    def _has_own_limit(self) -> bool:
        limit = self.time_limits[0] or self.task.time_limit
        return limit not in (None, self.task.app.conf.task_time_limit)


class Requests(bootsteps.Step):
    """Consumer step that prepares the requests of all tasks, before any message arrives."""

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Runs when the worker has loaded all tasks."""
        super().__init__(consumer, **options)
        for task in consumer.app.tasks.values():
            limit(task)
        early = sorted(task.name for task in consumer.app.tasks.values() if not task.acks_late)
        if early:
            logger.warning("tasks with acks_late=False are lost with their worker: %s", ", ".join(early))


def limit(task: Any) -> None:
    """Adds PoolLimit to the Request class of a task."""
    base = symbol_by_name(task.Request)
    if issubclass(base, PoolLimit):
        return
    for method in ("on_timeout", "on_failure", "reject"):
        if not hasattr(base, method):
            raise TypeError(
                f"{base.__name__} of task {task.name} has no method {method}; its time limit would lose it."
                " This version of Celery is not supported."
            )
    task.Request = type(base.__name__, (PoolLimit, base), {})
