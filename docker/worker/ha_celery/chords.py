"""Chords whose body runs although tasks of the header run twice.

Most result backends count the finished tasks of a header. A task that runs twice is counted twice, and a
worker that is lost after it has counted the last task does not publish the body. In both cases the body never
runs. With these backends, Celery's task `celery.chord_unlock` waits for the header, as with SQL databases.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from celery import Celery
from celery.backends.base import Backend

#: Keeps the results of a header as a sorted set, in which a second run replaces the first. Not imported,
#: because the module needs the package redis.
REDIS = "celery.backends.redis"


def count_nothing(app: Celery) -> None:
    """Makes the result backend of an app keep results only, once it is created."""
    create = app._get_backend

    def get_backend() -> Any:
        backend = create()
        if _counts(backend):
            backend.apply_chord = partial(Backend.apply_chord, backend)
            backend.on_chord_part_return = partial(Backend.on_chord_part_return, backend)
        return backend

    app._get_backend = get_backend


def _counts(backend: Any) -> bool:
    kind = type(backend)
    counts = kind.on_chord_part_return is not Backend.on_chord_part_return
    return counts and all(parent.__module__ != REDIS for parent in kind.__mro__)
