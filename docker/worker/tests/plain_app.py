"""An app of plain Celery, with the same task as publishing_app, and what our queues need."""

import os
import time

from celery import Celery
from kombu import Exchange, Queue
from publishing_app import note

app = Celery("plain", broker=os.environ["TEST_BROKER_URL"])
QUEUE = os.environ["TEST_QUEUE"]
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    task_queues=[
        Queue(QUEUE, Exchange("tasks", "topic"), QUEUE, queue_arguments={"x-queue-type": "quorum"}),
    ],
)


@app.task(name="publishing_app.work")
def work(name: str, seconds: float = 0.0) -> None:
    note(f"begin {name}")
    time.sleep(seconds)
    note(name)
