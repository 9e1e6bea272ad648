"""The app of the workers whose metrics are tested: a task for every outcome."""

import time
from pathlib import Path
from typing import Any

from celery.exceptions import Ignore, Reject

from ha_celery import create_app

app = create_app("measured")
app.conf.beat_schedule = {"often": {"task": "metrics_app.succeed", "schedule": 0.5}}


@app.task
def succeed() -> None: ...


@app.task
def wait(file: str) -> None:
    """Succeeds when the test has created a file."""
    while not Path(file).exists():
        time.sleep(0.1)


@app.task
def fail() -> None:
    raise ValueError("wrong")


@app.task(bind=True, max_retries=1, default_retry_delay=0)
def retry(self: Any) -> None:
    if self.request.retries == 0:
        raise self.retry(countdown=0)


@app.task
def reject() -> None:
    raise Reject("no", requeue=False)


@app.task(bind=True)
def reject_once(self: Any) -> None:
    if not self.request.delivery_info["redelivered"]:
        raise Reject("again", requeue=True)


@app.task
def ignore() -> None:
    raise Ignore


@app.task(time_limit=1)
def exceed() -> None:
    time.sleep(30)


@app.task
def publish(count: int, file: str = "/") -> None:
    wait(file)
    for _ in range(count):
        succeed.delay()
