"""The prefork pool, with real processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from billiard.exceptions import TimeLimitExceeded
from celery import Celery
from celery.concurrency import get_implementation
from kombu.asynchronous import Hub

from ha_celery import time_limits
from ha_celery.prefork import Processes, TaskPool
from ha_celery.versions import ACCELERATED, mismatches


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    yield hub
    hub.close()


@pytest.fixture
def processes(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    monkeypatch.setattr(time_limits, "POLL_SECONDS", 0.05)
    processes = Processes(2, threads=False, enable_timeouts=True)
    processes.register_with_event_loop(hub)
    yield processes
    processes.terminate()


def turn(hub: Hub, until: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not until():
        assert time.monotonic() < deadline
        next(hub.loop)


@pytest.mark.skipif(bool(mismatches(ACCELERATED)), reason="with these versions, Celery's own pool serves")
def test_a_worker_has_this_pool(app: Celery) -> None:
    assert get_implementation(app.conf.worker_pool) is TaskPool


def test_more_tasks_than_processes_are_run_on_all_of_them(processes: Processes, hub: Hub) -> None:
    done: list[int] = []
    turn(hub, lambda: len(processes._all_inqueues) == 2)
    for _ in range(40):
        processes.apply_async(os.getpid, callback=done.append)
    turn(hub, lambda: len(done) == 40)
    assert set(done) == {process.pid for process in processes._pool}


def test_a_task_that_comes_to_an_idle_pool_does_not_wait(processes: Processes, hub: Hub) -> None:
    done: list[int] = []
    turn(hub, lambda: len(processes._all_inqueues) == 2)
    for _ in range(3):
        processes.apply_async(os.getpid, callback=done.append)
        turn(hub, lambda: done)
        done.clear()
    assert not hub.writers, "pipes are watched only while a task is half written"


def test_a_task_larger_than_a_pipe_arrives(processes: Processes, hub: Hub) -> None:
    done: list[int] = []
    processes.apply_async(len, ("x" * 3_000_000,), callback=done.append)
    turn(hub, lambda: done)
    assert done == [3_000_000]


def test_a_task_over_its_limit_is_ended_also_after_a_new_connection(processes: Processes, hub: Hub) -> None:
    errors: list[Any] = []
    accepted: list[int] = []
    processes.apply_async(
        time.sleep,
        (60,),
        timeout=0.5,
        error_callback=errors.append,
        accept_callback=lambda pid, _: accepted.append(pid),
    )
    turn(hub, lambda: accepted)
    processes.register_with_event_loop(hub)
    turn(hub, lambda: errors)
    assert errors[0].type is TimeLimitExceeded
