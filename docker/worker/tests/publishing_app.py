"""The app of the workers that the tests start."""

import json
import os
import time
from pathlib import Path
from typing import Any

from celery import signals

from ha_celery import create_app
from ha_celery.delays import without_delay

app = create_app("publishing")
JOURNAL = Path(os.environ.get("TEST_JOURNAL", "/dev/null"))


def note(what: str, task: Any = None, **more: Any) -> None:
    entry = {"what": what, "time": time.time(), "pid": os.getpid(), **more}
    if task is not None:
        entry |= {
            "id": task.request.id,
            "queue": without_delay(task.request.delivery_info["routing_key"]),
        }
    with JOURNAL.open("a") as journal:
        journal.write(json.dumps(entry) + "\n")


@app.task(bind=True)
def work(self: Any, name: str, seconds: float = 0.0) -> str:
    note(f"begin {name}", self)
    time.sleep(seconds)
    note(name, self)
    return name


@app.task(bind=True)
def take(self: Any, payload: str) -> None:
    note("taken", self)


@app.task(bind=True)
def after(self: Any, before: str, name: str) -> str:
    note(name, self)
    return name


@app.task(bind=True, max_retries=3)
def again(self: Any, seconds: float = 0.0, **options: Any) -> None:
    note(f"attempt {self.request.retries}", self)
    if self.request.retries == 0:
        time.sleep(seconds)
        raise self.retry(**options)


class FlakyError(Exception):
    pass


@app.task(bind=True, autoretry_for=(FlakyError,), retry_backoff=False, default_retry_delay=1)
def flaky(self: Any, seconds: float = 0.0) -> None:
    note(f"attempt {self.request.retries}", self)
    if self.request.retries == 0:
        time.sleep(seconds)
        raise FlakyError


@signals.task_failure.connect
def failed(task_id: str, exception: Any, **_: Any) -> None:
    note("failed", None, id=task_id, error=repr(exception))
