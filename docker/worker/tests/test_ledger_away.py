"""A ledger that is away delays tasks up to a limit, and does not change what becomes of them."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, states
from conftest import BROKER_URL, RunningLedger, wait_for

from ha_celery import recorder, task_process
from ha_celery.recorder import LedgerClient

#: Nothing listens there.
AWAY = "http://:token@127.0.0.1:1"


@pytest.fixture(params=[True, False], ids=["prefork", "threads or gevent"])
def task(app: Celery, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    @app.task(name="tests.test_ledger_away")
    def work() -> None: ...

    monkeypatch.setattr(task_process._Process, "pool", request.param)
    return work


def run(record: Any, task: Any, number: int) -> None:
    task_id = f"r-{number:06}"
    task.push_request(id=task_id, hostname="w", timelimit=None, ha_celery_began=time.monotonic())
    try:
        record.before(task)
        record.after(task_id, task, states.SUCCESS)
    finally:
        task.pop_request()


def test_a_ledger_that_is_away_for_an_hour_stops_a_process_for_ten_minutes(
    ledger: RunningLedger,
    task: Any,
    no_sleep: list[float],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    attempt, timeouts = LedgerClient._attempt, []

    def away(self: LedgerClient, *request: Any) -> Any:
        timeouts.append(self._timeout)
        if sum(no_sleep) < 3600:
            # As long as an address that does not answer.
            no_sleep.append(self._timeout)
            raise TimeoutError
        return attempt(self, *request)

    monkeypatch.setattr(LedgerClient, "_attempt", away)
    record = recorder._Recorder(ledger.url)
    run(record, task, 0)
    assert 560 < sum(no_sleep) <= 600
    assert "r-000000 has run, but the ledger does not know it: no success within" in caplog.text
    # Each of the next tasks waits 2 s at most.
    waited = sum(no_sleep)
    for number in range(1, 11):
        # With gevent, each task has a client of its own.
        monkeypatch.setattr(recorder, "_clients", recorder._Clients())
        run(record, task, number)
    assert sum(no_sleep) - waited <= 20
    no_sleep.append(3600)
    for number in (11, 12):
        run(record, task, number)
    assert ledger.store.events("r")["finished"][-1][0] == "r-000012"
    assert ledger.store.summary("r")["executed"] == 2
    assert timeouts[-1] == 10


@pytest.mark.parametrize("limit", [1, 5, 60, 900])
def test_a_task_does_not_wait_beyond_its_time_limit(
    app: Celery, task: Any, no_sleep: list[float], monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    app.conf.task_time_limit = limit

    def away(self: LedgerClient, *_: Any) -> Any:
        # A connection that is accepted late, and no answer.
        no_sleep.append(2 * self._timeout)
        raise TimeoutError

    monkeypatch.setattr(LedgerClient, "_attempt", away)
    run(recorder._Recorder(AWAY), task, 0)
    assert sum(no_sleep) <= min(600, limit)


@pytest.mark.broker
def test_tasks_of_a_worker_run_once_while_the_ledger_is_away(tmp_path: Path) -> None:
    queue = f"test-away-{os.getpid()}"
    env = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "HA_CELERY_BROKER_URL": BROKER_URL,
        "HA_CELERY_QUEUES": queue,
        "HA_CELERY_LEDGER_URL": AWAY,
        "HA_CELERY_LONGEST_TASK_SECONDS": "5",
        "HA_CELERY_STATE_DIR": str(tmp_path),
        "FILE": str(tmp_path / "runs"),
    }
    (tmp_path / "away_app.py").write_text(
        "import os\n"
        "from ha_celery import create_app\n"
        "app = create_app('away')\n"
        "@app.task(name='write')\n"
        "def write(number):\n"
        "    with open(os.environ['FILE'], 'a') as file:\n"
        "        print(number, file=file)\n"
    )
    publish = "from away_app import write\nfor number in range(4): write.delay(number)"
    subprocess.run([sys.executable, "-c", publish], cwd=tmp_path, env=env, check=True)
    command = [sys.executable, "-m", "celery", "--app", "away_app", "worker", "--concurrency=2"]
    with (tmp_path / "log").open("w") as log:
        worker = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=log, stderr=log)
    try:
        read = (tmp_path / "log").read_text
        wait_for(lambda: read().count("the ledger does not know it") == 4)
        # Longer than the time limit: a task over it would run again.
        time.sleep(6)
        assert sorted((tmp_path / "runs").read_text().split()) == ["0", "1", "2", "3"]
        assert "exceeds the time limit" not in read()
    finally:
        worker.terminate()
        assert worker.wait(20) == 0
