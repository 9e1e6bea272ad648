"""The base class of tasks: a task is published only when the broker has confirmed it."""

from __future__ import annotations

from typing import Any

import celery
from celery.result import AsyncResult
from celery.utils import uuid
from celery.utils.log import get_logger
from kombu.exceptions import OperationalError

from ha_celery.backoff import Backoff, GaveUpError
from ha_celery.errors import is_temporary

logger = get_logger(__name__)


class PublishFailedError(OperationalError):
    """The broker did not confirm a task in time; it may hold the task nevertheless."""


class Task(celery.Task):
    """Publishes with a confirm timeout and tries again; the task id stays the same in every attempt."""

    abstract = True

    #: Seconds until apply_async gives up and raises PublishFailedError.
    publish_budget: float = 60.0

    def apply_async(
        self,
        args: Any = None,
        kwargs: Any = None,
        task_id: str | None = None,
        producer: Any = None,
        **options: Any,
    ) -> AsyncResult:
        """Publish and return once the task is stored on a majority of brokers.

        A caller that brings its own producer, like ConfirmedPublisher, does its own waiting and retrying.
        """
        task_id = task_id or uuid()
        # Otherwise a message that no queue takes is confirmed all the same.
        options.setdefault("mandatory", True)
        # Else the message would carry this process's limit, and the worker would heed it instead of its own.
        options.setdefault("time_limit", None)
        options.setdefault("soft_time_limit", None)
        if producer is not None:
            return super().apply_async(args, kwargs, task_id=task_id, producer=producer, **options)
        # Celery would wait for ever. After a timeout the connection is thrown away with its late confirm.
        options.setdefault("confirm_timeout", self.app.conf.get("ha_celery_confirm_timeout", 10.0))
        backoff = Backoff(self.publish_budget)
        while True:
            try:
                return super().apply_async(args, kwargs, task_id=task_id, retry=False, **options)
            except Exception as error:
                if not is_temporary(error):
                    raise
                self._pause(backoff, task_id, error)

    def _pause(self, backoff: Backoff, task_id: str, error: Exception) -> None:
        try:
            backoff.pause(error)
        except GaveUpError as spent:
            broker = self.app.connection_for_write().as_uri()
            raise PublishFailedError(
                f"task {self.name}[{task_id}] was not confirmed by {broker}: {spent}, last error {error!r}. "
                "Publish it again under the same id once the broker answers; it may then run twice."
            ) from error
        logger.warning("task %s[%s] not confirmed (%r), publishing it again", self.name, task_id, error)
