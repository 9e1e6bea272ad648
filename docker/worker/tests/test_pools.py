"""Workers whose tasks share one process: the pools `threads` and `gevent`."""

from __future__ import annotations

from pathlib import Path

import pytest
from broker_control import rabbitmqctl
from celery import Celery
from conftest import wait_for
from workers import Journal, worker

pytestmark = pytest.mark.broker
WORK = "publishing_app.work"
SLOTS = 4


@pytest.fixture(params=["threads", "gevent"])
def options(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return (f"--pool={request.param}", f"--concurrency={SLOTS}")


def messages(queue: str) -> tuple[int, int]:
    """Returns the number of ready and of unacknowledged messages."""
    lines = rabbitmqctl("-q", "list_queues", "name", "messages_ready", "messages_unacknowledged").splitlines()
    [(_, ready, held)] = [line.split() for line in lines if line.startswith(queue)]
    return int(ready), int(held)


def runs(journal: Journal, names: list[str]) -> list[int]:
    return [len(journal.of(name)) for name in names]


def test_every_task_runs_once_and_is_acknowledged(
    app: Celery, queue: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    names = [f"task {number}" for number in range(400)]
    for name in names:
        app.send_task(WORK, (name,))
    with worker(tmp_path, (queue,), *options) as journal:
        wait_for(lambda: all(runs(journal, names)), 60)
        wait_for(lambda: messages(queue) == (0, 0))
    assert runs(journal, names) == [1] * len(names)
    assert "Traceback" not in (tmp_path / "worker.log").read_text()


def test_a_worker_that_stops_finishes_its_tasks_and_acknowledges_them(
    app: Celery, queue: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    names = [f"task {number}" for number in range(2 * SLOTS)]
    for name in names:
        app.send_task(WORK, (name, 8))
    with worker(tmp_path, (queue,), *options) as journal:
        wait_for(lambda: sum(runs(journal, [f"begin {name}" for name in names])) == SLOTS)
    # A greenlet starts as soon as there is a slot for it, also in a worker that stops.
    done = 2 * SLOTS if "--pool=gevent" in options else SLOTS
    assert sum(runs(journal, names)) == done
    wait_for(lambda: messages(queue) == (2 * SLOTS - done, 0))
    with worker(tmp_path, (queue,), *options) as journal:
        wait_for(lambda: all(runs(journal, names)))
    assert runs(journal, names) == [1] * len(names)
