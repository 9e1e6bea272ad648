import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import BROKER_URL, RunningLedger, wait_for

from counter import scheduler
from counter.scheduler import Schedule, schedule_tasks
from ha_celery import SettingsError

FOLDER = Path(__file__).parent.parent


class Publisher:
    """Confirms immediately; stops after `until` tasks like a killed process."""

    until = 1_000_000
    sent: list[str] = []  # noqa: RUF012 - read by the tests

    def __init__(self, app: Any, on_confirmed: Any) -> None:
        self.on_confirmed = on_confirmed
        self.published = self.retries = 0
        Publisher.sent = []

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, *_: object) -> None: ...

    def publish(self, task: Any, task_id: str) -> None:
        if self.published == self.until:
            raise KeyboardInterrupt
        self.published += 1
        self.sent.append(task_id)
        self.on_confirmed([task_id])


@pytest.fixture(autouse=True)
def publisher(monkeypatch: pytest.MonkeyPatch) -> type[Publisher]:
    monkeypatch.setattr(scheduler, "ConfirmedPublisher", Publisher)
    return Publisher


def test_the_environment_names_run_and_number() -> None:
    assert Schedule.from_environment({}) == Schedule("run-1", 10000)
    assert Schedule.from_environment({"SCHEDULE_RUN": "x", "SCHEDULE_TASKS": "2"}).ids() == [
        "x-000000",
        "x-000001",
    ]
    with pytest.raises(SettingsError, match=r"SCHEDULE_RUN .*\n.*SCHEDULE_TASKS"):
        Schedule.from_environment({"SCHEDULE_RUN": "a b", "SCHEDULE_TASKS": "-1"})


def test_all_are_published_without_a_ledger() -> None:
    figures = schedule_tasks(Schedule("r", 3), None, None, None)
    assert figures | {"seconds": 0} == {
        "run": "r",
        "tasks": 3,
        "confirmed": 3,
        "published": 3,
        "retries": 0,
        "seconds": 0,
    }


def test_a_killed_run_is_resumed(
    ledger: RunningLedger, publisher: type[Publisher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "until", 600)
    with pytest.raises(KeyboardInterrupt):
        schedule_tasks(Schedule("r", 1000), None, None, ledger.url)
    # Tasks that were not reported to the ledger are published again under the same ids.
    assert len(ledger.store.confirmed("r")) == 500
    monkeypatch.setattr(publisher, "until", 1_000_000)
    figures = schedule_tasks(Schedule("r", 1000), None, None, ledger.url)
    assert (figures["confirmed"], figures["published"]) == (1000, 500)
    assert publisher.sent[0] == "r-000500"
    assert len(ledger.store.confirmed("r")) == 1000


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "HA_CELERY_STATE_DIR": str(tmp_path), "COUNT_TO": "1", **more}


def test_a_wrong_environment_is_one_message_without_a_trace(tmp_path: Path) -> None:
    env = environment(tmp_path, HA_CELERY_BROKER_URL="", HA_CELERY_QUEUES=" ,")
    ended = subprocess.run(
        [sys.executable, "-m", "counter.scheduler"], cwd=FOLDER, env=env, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "HA_CELERY_BROKER_URL is not set" in ended.stderr
    assert "HA_CELERY_QUEUES is ','" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_sigterm_ends_it_at_once(tmp_path: Path) -> None:
    # A broker that never answers, so the client stays in the middle of publishing.
    with socket.create_server(("127.0.0.1", 0)) as broker:
        broker.settimeout(30)
        env = environment(tmp_path, HA_CELERY_BROKER_URL=f"amqp://u:p@127.0.0.1:{broker.getsockname()[1]}/")
        process = subprocess.Popen([sys.executable, "-m", "counter.scheduler"], cwd=FOLDER, env=env)
        with broker.accept()[0]:
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 143


@pytest.mark.broker
def test_a_worker_runs_what_the_scheduler_schedules(tmp_path: Path, ledger: RunningLedger) -> None:
    run = f"test-{os.getpid()}"
    env = environment(
        tmp_path,
        HA_CELERY_BROKER_URL=BROKER_URL,
        HA_CELERY_QUEUES=f"test-{os.getpid()}",
        HA_CELERY_LEDGER_URL=ledger.url,
        COUNT_PAUSE_SECONDS="0.2",
        SCHEDULE_TASKS="20",
        SCHEDULE_RUN=run,
    )
    command = [sys.executable, "-m", "celery", "--app", "counter.tasks", "worker", "--concurrency=2"]
    flags = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    worker = subprocess.Popen([*command, *flags], cwd=FOLDER, env=env)
    try:
        scheduled = subprocess.run(
            [sys.executable, "-m", "counter.scheduler"], cwd=FOLDER, env=env, capture_output=True, text=True
        )
        assert json.loads(scheduled.stdout.splitlines()[-1])["confirmed"] == 20
        wait_for(lambda: ledger.store.summary(run)["executed"] >= 4)
        assert (tmp_path / "consuming").exists()
        worker.send_signal(signal.SIGTERM)
        wait_for(lambda: not (tmp_path / "consuming").exists())
        assert worker.wait(20) == 0
        done = ledger.store.summary(run)["executed"]
        worker = subprocess.Popen([*command, *flags], cwd=FOLDER, env=env)
        wait_for(lambda: ledger.store.summary(run)["executed"] == 20)
        assert done < 20
        assert ledger.store.summary(run)["duplicated"] == 0
        assert ledger.store.summary(run)["lost"] == 0
    finally:
        worker.terminate()
        worker.wait(20)
