"""pytest plugin for Celery's integration suite: a worker in a process of its own, and shorter waits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.contrib.testing import manager, worker
from celery.contrib.testing.tasks import ping
from celery.result import allow_join_result
from celery.utils.nodenames import anon_nodename
from kombu.exceptions import ContentDisallowed

TEST_TIMEOUT_SECONDS = 180
RERUNS = 1
STOP_SECONDS = 30
#: They run last: one blocks the worker of plain Celery 5.6, one starts other workers and sets up Django in
#: the process of the tests, one sends signed messages, which stop a worker that expects none.
LAST = ("test_rabbitmq_quorum_queue_cycle_detection.py", "test_worker.py", "test_security.py")


in_thread = worker.start_worker


@contextmanager
def start_worker(app: Celery, **options: Any) -> Iterator[Any]:
    """Runs `celery worker`, in place of the suite's worker in a thread of the tests' process."""
    if "pool" not in options:
        # For a test that starts workers of its own.
        with in_thread(app, **options) as own:
            yield own
        return
    app.finalize()
    command = [
        sys.executable,
        "-m",
        "celery",
        "--app=suite_worker",
        "worker",
        # As many as the suite's own worker: a task counts its attempts in the memory of its process.
        "--concurrency=1",
        "--loglevel=INFO",
    ]
    quiet = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    with Path(os.environ["SUITE_WORKER_LOG"]).open("ab") as log:
        process = subprocess.Popen(
            [*command, f"--hostname={anon_nodename()}", *quiet], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            with allow_join_result():
                assert app.tasks[ping.name].delay().get(timeout=60) == "pong"
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_idle(self: manager.ManagerMixin) -> None:
    """Like Celery's, but returns with the reply of the only worker instead of waiting a second for others."""
    control = self.app.control
    with self.app.connection() as connection:
        while control.purge(connection=connection):
            pass
        if not self.app.conf.worker_enable_remote_control:
            # The worker runs one task at a time, so this one runs after those that it holds.
            assert self.app.tasks[ping.name].delay().get(timeout=TEST_TIMEOUT_SECONDS) == "pong"
            return
        inspect = control.inspect(limit=1)
        inspect.connection = connection
        try:
            while any((inspect.active() or {}).values()):
                pass
        except ContentDisallowed:
            # The test of signed messages leaves this client unable to read replies.
            return


def pytest_configure() -> None:
    """Replaces the worker and the wait between tests."""
    worker.start_worker = start_worker
    manager.ManagerMixin.wait_until_idle = wait_until_idle


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs the files that disturb later tests last, and bounds the time and the repetitions of each test."""
    items.sort(key=lambda item: LAST.index(item.path.name) if item.path.name in LAST else -1)
    for item in items:
        flaky = item.get_closest_marker("flaky")
        for node in item.listchain():
            node.own_markers[:] = [mark for mark in node.own_markers if mark.name not in ("flaky", "timeout")]
        item.add_marker(pytest.mark.timeout(TEST_TIMEOUT_SECONDS))
        if flaky:
            item.add_marker(pytest.mark.flaky(reruns=RERUNS, reruns_delay=1))
