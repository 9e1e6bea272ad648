"""Workers that stop, with a RabbitMQ 4.3."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import amqp
import pytest
from celery import Celery
from conftest import BROKER_URL, wait_for
from workers import QUIET, Journal, celery_process

from ha_celery import ConfirmedPublisher

pytestmark = pytest.mark.broker
FOLDER = Path(__file__).parent.parent
PROJECT = """
import time
from pathlib import Path
from celery import Celery
app = Celery("proj")

@app.task(name="work")
def work(seconds, begun):
    with open(begun, "a") as file:
        file.write("x")
    time.sleep(seconds)
"""


class Workers:
    """Starts workers of an app that does not know the package."""

    def __init__(self, folder: Path, queue: str) -> None:
        (folder / "proj.py").write_text(PROJECT)
        self.folder = folder
        self.begun = folder / "begun"
        self.environment = {
            **os.environ,
            "CELERY_LOADER": "ha_celery.loader:Loader",
            "HA_CELERY_BROKER_URL": BROKER_URL,
            "HA_CELERY_QUEUES": queue,
            "HA_CELERY_STATE_DIR": str(folder),
            "PYTHONPATH": f"{folder}:{FOLDER}",
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            "celery",
            "--app=proj",
            "worker",
            "--concurrency=1",
            "--without-mingle",
        ]
        command += ["--without-gossip", "--without-heartbeat", *options]
        # A process group of its own, so that a test can kill all processes at once, as the end of a pod does.
        process = subprocess.Popen(
            command, env=self.environment | environment, cwd=self.folder, start_new_session=True
        )
        self.running.append(process)
        return process


@pytest.fixture
def workers(tmp_path: Path, queue: str) -> Iterator[Workers]:
    workers = Workers(tmp_path, queue)
    yield workers
    for process in workers.running:
        process.kill()
        process.wait()


def take(app: Celery, queue: str) -> list[amqp.Message]:
    """Takes all messages out of a queue."""
    messages = []
    with app.connection_for_read() as connection:
        channel = connection.channel()
        while (message := channel.basic_get(queue, no_ack=True)) is not None:
            messages.append(message)
    return messages


@pytest.mark.parametrize("native", ["0", "1"])
def test_tasks_that_never_began_return_uncounted(
    app: Celery, workers: Workers, queue: str, native: str
) -> None:
    for number in range(6):
        app.send_task("work", (3, str(workers.begun)), task_id=f"t-{number}", queue=queue)
    worker = workers.start(HA_CELERY_NATIVE_POOL=native, HA_CELERY_PREFETCH_MULTIPLIER="4")
    wait_for(workers.begun.exists)
    time.sleep(0.5)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    done = len(workers.begun.read_text())
    messages = take(app, queue)
    ids = sorted(message.properties["correlation_id"] for message in messages)
    assert ids == [f"t-{number}" for number in range(done, 6)]
    assert [message.headers.get("x-delivery-count") for message in messages] == [None] * len(messages)
    assert done <= 2


def test_a_worker_that_is_stopped_in_its_first_second_ends(workers: Workers) -> None:
    for delay in (0.05, 0.3, 0.6, 0.9, 1.2):
        worker = workers.start()
        time.sleep(delay)
        worker.send_signal(signal.SIGTERM)
        began = time.monotonic()
        worker.wait(15)
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("native", ["0", "1"])
def test_a_tasks_own_limit_ends_it_and_the_pools_returns_it(
    app: Celery, workers: Workers, queue: str, native: str
) -> None:
    workers.start(HA_CELERY_NATIVE_POOL=native, HA_CELERY_LONGEST_TASK_SECONDS="4")
    app.send_task("work", (30, str(workers.begun)), queue=queue, time_limit=1)
    wait_for(lambda: workers.begun.exists() and depth(app, queue) == 0)
    pool_limited = workers.folder / "pool"
    app.send_task("work", (30, str(pool_limited)), queue=queue)
    wait_for(lambda: pool_limited.exists() and len(pool_limited.read_text()) == 2)
    assert len(workers.begun.read_text()) == 1


def test_a_worker_that_waits_for_its_last_task_acknowledges_the_others(
    app: Celery, workers: Workers, queue: str
) -> None:
    for name, seconds in ("short", 4), ("long", 60):
        app.send_task("work", (seconds, str(workers.begun)), task_id=name, queue=queue)
    worker = workers.start("--concurrency=2", HA_CELERY_PREFETCH_MULTIPLIER="4")
    wait_for(lambda: workers.begun.exists() and len(workers.begun.read_text()) == 2)
    worker.send_signal(signal.SIGTERM)
    time.sleep(8)
    assert worker.poll() is None
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    returned: list[amqp.Message] = []
    wait_for(lambda: returned.extend(take(app, queue)) or returned)
    assert [message.properties["correlation_id"] for message in returned] == ["long"]


def test_a_worker_that_ends_at_once_loses_no_task_behind_a_short_one(
    app: Celery, tmp_path: Path, queue: str
) -> None:
    publisher = ConfirmedPublisher(app, lambda _: None)
    names = [f"task {number}" for number in range(6000)]
    for name in names:
        publisher.publish(app.signature("publishing_app.work"), (name, 0.002), queue=queue)
    publisher.flush()
    publisher.close()
    journal = Journal(tmp_path / "journal")

    def done() -> set[str]:
        return {entry["what"] for entry in journal.entries}.intersection(names)

    for least in range(1000, 6000, 1000):
        with celery_process(
            "publishing_app", "worker", tmp_path, (queue,), "--concurrency=2", *QUIET
        ) as process:
            wait_for(lambda least=least: len(done()) >= least, 60)
            process.send_signal(signal.SIGQUIT)
            process.wait(60)
    with celery_process("publishing_app", "worker", tmp_path, (queue,), "--concurrency=2", *QUIET):
        wait_for(lambda: len(done()) == len(names) or (depth(app, queue) == 0 and time.sleep(5) is None), 60)
    assert sorted(set(names) - done()) == []


def depth(app: Celery, queue: str) -> Any:
    with app.connection_for_read() as connection:
        return app.amqp.queues[queue](connection).queue_declare(passive=True).message_count
