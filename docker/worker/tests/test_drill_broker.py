"""Tests of the drill's processes that need a RabbitMQ 4.3."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from conftest import BROKER_URL, RunningLedger, wait_for

from ha_celery.drill.canvas import KINDS
from ha_celery.recorder import LedgerClient

pytestmark = pytest.mark.broker
FOLDER = Path(__file__).parent.parent
RUN = f"drill-{os.getpid()}"
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def queue() -> str:
    return RUN


@pytest.fixture
def start(app: Celery, tmp_path: Path, ledger: RunningLedger) -> Iterator[Start]:
    processes: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **more: str) -> subprocess.Popen[str]:
        env = {
            **os.environ,
            "HA_CELERY_BROKER_URL": BROKER_URL,
            "HA_CELERY_QUEUES": RUN,
            "HA_CELERY_LEDGER_URL": ledger.url,
            "HA_CELERY_STATE_DIR": str(tmp_path),
            "DRILL_RUN": RUN,
            **more,
        }
        command = [sys.executable, "-m", *arguments]
        process = subprocess.Popen(command, cwd=FOLDER, env=env, text=True, stdout=subprocess.PIPE)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.terminate()
        process.communicate(timeout=20)


def worker(start: Start, app: str, **more: str) -> subprocess.Popen[str]:
    flags = ["--without-mingle", "--without-gossip", "--without-heartbeat", "--concurrency=2"]
    return start("celery", "--app", app, "worker", *flags, **more)


def test_a_killed_publisher_goes_on_where_it_was(start: Start, ledger: RunningLedger) -> None:
    plan = {"DRILL_RATE": "40", "DRILL_PRODUCERS": "2", "DRILL_TASK_SECONDS": "0.01"}
    # The workers of a user's app have this task, too.
    worker(start, "counter.tasks")
    first = start("ha_celery.drill.publisher", **plan)
    wait_for(lambda: len(ledger.store.confirmed(RUN)) > 50)
    first.kill()
    assert first.wait(5) == -signal.SIGKILL
    known = len(ledger.store.confirmed(RUN))
    second = start("ha_celery.drill.publisher", **plan)
    wait_for(lambda: len(ledger.store.confirmed(RUN)) > known + 50)
    LedgerClient(ledger.url).stop(RUN)
    output, _ = second.communicate(timeout=30)
    assert second.returncode == 0
    figures: dict[str, Any] = json.loads(output.splitlines()[-1])
    confirmed = ledger.store.confirmed(RUN)
    # Only tasks of the first attempt that the ledger does not know are published again.
    assert known + figures["confirmed"] <= len(confirmed)
    for producer in range(2):
        numbers = [number for task_id in confirmed if (number := int(task_id[-6:])) % 2 == producer]
        assert numbers == list(range(producer, numbers[-1] + 1, 2))
    wait_for(lambda: ledger.store.missing(RUN)["lost"] == [], 60)
    events = ledger.store.events(RUN)
    assert {row[0] for row in events["started"]} == {row[0] for row in events["finished"]}


def test_sigterm_ends_all_producers_at_once(start: Start, ledger: RunningLedger) -> None:
    publisher = start("ha_celery.drill.publisher", DRILL_PRODUCERS="3")
    wait_for(lambda: len(ledger.store.confirmed(RUN)) > 10)
    publisher.terminate()
    # The pipe closes when the last process has ended.
    publisher.communicate(timeout=5)
    assert publisher.returncode == 143


def test_throughput_is_measured_with_counts(start: Start, ledger: RunningLedger) -> None:
    plan = {"DRILL_RATE": "0", "DRILL_TASKS": "1000", "DRILL_KIND": "count", "DRILL_PAYLOAD_BYTES": "1024"}
    publisher = start("ha_celery.drill.publisher", **plan)
    output, _ = publisher.communicate(timeout=60)
    figures = json.loads(output)
    assert (figures["published"], figures["confirmed"]) == (1000, 1000)
    assert figures["perSecond"] == pytest.approx(1000 / figures["seconds"], rel=0.1)
    process = worker(start, "ha_celery.drill.app")
    wait_for(lambda: ledger.store.summary(RUN)["executed"] > 500)
    # A worker that exits normally has reported all its executions.
    process.terminate()
    process.communicate(timeout=20)
    done = ledger.store.summary(RUN)["executed"]
    worker(start, "ha_celery.drill.app")
    wait_for(lambda: ledger.store.summary(RUN)["executed"] == 1000)
    assert 500 < done <= 1000
    assert ledger.store.summary(RUN)["duplicated"] == 0


def test_poison_kills_its_process_and_nothing_else(start: Start, app: Celery, ledger: RunningLedger) -> None:
    called = start("celery", "--app", "ha_celery.drill.app", "call", "ha_celery.drill.poison")
    assert called.wait(20) == 0
    process = worker(start, "ha_celery.drill.app")
    app.tasks["ha_celery.drill.work"].apply_async((ledger.url, 0), task_id=f"{RUN}-000000")
    wait_for(lambda: ledger.store.summary(RUN)["executed"] == 1)
    assert process.poll() is None


def test_every_task_of_every_workflow_runs_once(start: Start, ledger: RunningLedger) -> None:
    more = {"HA_CELERY_RESULT_BACKEND": f"ha_celery.drill.results:LedgerBackend+{ledger.url}"}
    plan = {"DRILL_KIND": "canvas", "DRILL_TASKS": str(2 * len(KINDS)), "DRILL_RATE": "0"}
    worker(start, "ha_celery.drill.app", **more)
    publisher = start("ha_celery.drill.publisher", **plan, **more)
    output, _ = publisher.communicate(timeout=60)
    tasks = 2 * sum(size for _, size in KINDS)
    assert json.loads(output.splitlines()[-1])["confirmed"] == tasks
    wait_for(lambda: ledger.store.summary(RUN)["executed"] == tasks, 60)
    summary = ledger.store.summary(RUN)
    assert (summary["confirmed"], summary["lost"], summary["duplicated"]) == (tasks, 0, 0)
    assert summary["unconfirmed"] == 0
    events = ledger.store.events(RUN)
    # An attempt that ends in a retry is not counted as started either.
    assert len(events["started"]) == tasks
    started = {task_id: at for task_id, _, _, at in events["started"]}
    finished = {task_id: at for task_id, _, _, _, at in events["finished"]}
    for number, (first, second) in enumerate([("1", "2"), ("3", "4"), ("1", "2")]):
        assert started[f"{RUN}-{number:06}.{second}"] > finished[f"{RUN}-{number:06}.{first}"] - 0.5
