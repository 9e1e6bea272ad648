"""Chords whose body runs although tasks of the header run twice.

Most result backends count the finished tasks of a header. A task that runs twice is counted twice, and a
worker that is lost after it has counted the last task does not publish the body. In both cases the body never
runs. With these backends, Celery's task `celery.chord_unlock` waits for the header, as with SQL databases.

Since Celery 5.7, Redis counts each task of a header once. Earlier versions count a second run with another
result, and publish the body too early. But Celery deletes the results in a `finally` clause, even if the
process must end before it has published the body. Such a process therefore ends as if it were killed, and the
task runs again. See also `requests.PoolLimit`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import celery
from celery import Celery
from celery.backends.base import Backend

from ha_celery import internals, task_process

#: Module of the Redis backend. Not imported, because it needs the package redis.
REDIS = "celery.backends.redis"
#: Key of a chord's body whose header `celery.chord_unlock` waits for.
UNCOUNTED = "ha_celery_unlock"
#: Interval between two polls of another process's claim, in seconds.
CLAIM_SECONDS = 1.0


def protect_bodies(app: Celery) -> None:
    """Protects the result backend of an app, once it is created."""
    create = app._get_backend

    def get_backend() -> Any:
        backend = create()
        _protect(backend)
        return backend

    app._get_backend = get_backend


def protect_own_backends(app: Celery) -> None:
    """Protects result backends that tasks bring themselves: `backend` of the task decorator."""
    for task in app.tasks.values():
        _protect(task.backend)


def _protect(backend: Any) -> None:
    if "on_chord_part_return" in vars(backend):
        return
    if counts_in_redis(type(backend)):
        internals.require_redis()
        backend.on_chord_part_return = _with_redis(backend, backend.on_chord_part_return)
    elif type(backend).on_chord_part_return is not Backend.on_chord_part_return:
        backend.apply_chord = _with_unlock(backend)
        backend.on_chord_part_return = _if_counted(backend.on_chord_part_return)
        if _is_redis(type(backend)):
            # Before Celery 5.7, the second join of a header in one process waits in vain, which fails the
            # chord. A header is joined twice if the task before the chord ran twice.
            backend.supports_native_join = False
        # No join caches all failures, and the error of a chord names the task only if it is cached.
        backend.is_cached = lambda _: True


def _with_unlock(backend: Any) -> Callable[..., Any]:
    def apply_chord(header_result_args: Any, body: Any, **options: Any) -> Any:
        # The tasks of the header bring the body along, so they need not be counted.
        body[UNCOUNTED] = True
        return Backend.apply_chord(backend, header_result_args, body, **options)

    return apply_chord


def _if_counted(count: Callable[..., None]) -> Callable[..., None]:
    """Counts the headers of chords that plain Celery has published, whose body nothing else would publish."""

    def on_chord_part_return(request: Any, *args: Any, **options: Any) -> None:
        if not (request.chord or {}).get(UNCOUNTED):
            count(request, *args, **options)

    return on_chord_part_return


def counts_in_redis(backend: type) -> bool:
    """Returns whether a class of result backends counts each task of a header once."""
    return _is_redis(backend) and celery.VERSION[:2] >= (5, 7)


def _is_redis(backend: type) -> bool:
    return any(parent.__module__ == REDIS for parent in backend.__mro__)


def _with_redis(backend: Any, count: Callable[..., None]) -> Callable[..., None]:
    def on_chord_part_return(request: Any, state: str, result: Any, **options: Any) -> None:
        with task_process.nothing_to_clean_up():
            count(request, state, result, **options)
            if not request.group or not (request.delivery_info or {}).get("redelivered"):
                return
            # The process that publishes the body claims the chord for some seconds. It may have been lost.
            while is_claimed(backend, request.group):
                time.sleep(CLAIM_SECONDS)
                count(request, state, result, **options)

    return on_chord_part_return


def is_claimed(backend: Any, group: str | None) -> bool:
    """Returns whether a process publishes the body of a chord, or was lost some seconds ago while it did."""
    if not group or not counts_in_redis(type(backend)):
        return False
    claim = backend.client.get(backend.get_key_for_group(group, ".c"))
    return claim not in (None, b"done", "done")
