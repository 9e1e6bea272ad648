"""The prefork pool, with real processes."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from inspect import isgenerator
from pathlib import Path
from typing import Any

import pytest
from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import Celery
from celery.concurrency import get_implementation
from celery.utils.functional import noop
from kombu.asynchronous import Hub
from kombu.asynchronous.semaphore import LaxBoundedSemaphore

from ha_celery import prefork, time_limits
from ha_celery.prefork import Processes, TaskPool, wait_until_taken
from ha_celery.versions import ACCELERATED, mismatches


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    yield hub
    hub.close()


@pytest.fixture
def processes(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    monkeypatch.setattr(time_limits, "POLL_SECONDS", 0.05)
    processes = Processes(2, threads=False, enable_timeouts=True, semaphore=LaxBoundedSemaphore(2))
    processes.register_with_event_loop(hub)
    yield processes
    processes.terminate()


def turn(hub: Hub, until: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
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


class Request:
    """What the pool knows of a task: whom to call, when it has begun and when it has ended."""

    def __init__(self, processes: Processes, function: Callable[..., Any], *arguments: Any) -> None:
        self.pids: list[int] = []
        self.results: list[Any] = []
        processes.apply_async(
            function,
            arguments,
            callback=self.on_success,
            error_callback=self.results.append,
            accept_callback=lambda pid, _: self.pids.append(pid),
        )

    def on_success(self, result: Any) -> None:
        self.results.append(result)


def loads(processes: Processes) -> list[int]:
    return sorted(
        sum(job._write_to is process for job in processes._cache.values()) for process in processes._pool
    )


def test_short_tasks_are_written_ahead_evenly(processes: Processes, hub: Hub) -> None:
    turn(hub, lambda: len(processes._all_inqueues) == 2)
    requests: list[Request] = []
    for _ in range(9):
        processes._putlock.acquire(lambda: requests.append(Request(processes, time.sleep, 0.05)))
    turn(hub, lambda: loads(processes) == [1, 1])
    assert len(processes._putlock._waiting) == 7
    processes.ahead = 2
    turn(hub, lambda: loads(processes) == [3, 3])
    turn(hub, lambda: len(requests) == 9 and all(request.results for request in requests))
    assert [len(request.pids) for request in requests] == [1] * 9
    assert processes._putlock.value == 2, "as many as before may follow"


def test_nothing_is_written_behind_a_slow_task(processes: Processes, hub: Hub) -> None:
    processes.ahead = 2
    turn(hub, lambda: len(processes._all_inqueues) == 2)
    slow = Request(processes, time.sleep, 5)
    others = [Request(processes, time.sleep, 0) for _ in range(3)]
    turn(hub, lambda: slow.pids and sum(bool(other.results) for other in others) == 2)
    (behind,) = [other for other in others if not other.results]
    assert not processes.is_blocked()
    time.sleep(prefork.SLOW_SECONDS)
    assert processes.is_blocked()
    assert processes.withdraw() == [behind]
    assert not processes.is_blocked()
    processes.ahead = 2
    others = [Request(processes, os.getpid) for _ in range(9)]
    turn(hub, lambda: all(other.results for other in others))
    assert not slow.results
    assert behind.pids == []


@pytest.mark.parametrize("ahead", [0, 4])
def test_celerys_restart_of_the_pool_is_no_task_to_withdraw(
    processes: Processes, hub: Hub, ahead: int
) -> None:
    turn(hub, lambda: len(processes._all_inqueues) == 2)
    processes.ahead = ahead
    slow = [Request(processes, time.sleep, 0.5) for _ in range(2)]
    others = [Request(processes, time.sleep, 0) for _ in range(2)]
    turn(hub, lambda: all(request.pids for request in slow))
    pool = TaskPool.__new__(TaskPool)
    pool._pool = processes
    # What Celery's `restart` does, except for the end of the processes.
    processes.apply_async(noop)
    others += [Request(processes, time.sleep, 0) for _ in range(2)]
    processes.on_poll_start()
    assert processes.withdraw() == others
    assert len(processes._cache) == 3
    wait_until_taken(pool, hub)
    assert len(processes._cache) == 3
    turn(hub, lambda: not processes._cache)
    assert all(request.results for request in slow)


def test_short_tasks_do_not_wait_behind_a_slow_one(processes: Processes, hub: Hub) -> None:
    processes.ahead = prefork.MOST_AHEAD
    turn(hub, lambda: len(processes._all_inqueues) == 2)
    short = [Request(processes, time.sleep, 0.01) for _ in range(30)]
    turn(hub, lambda: loads(processes) == [8, 8])
    assert processes.outbound_buffer
    assert not processes.is_blocked()
    turn(hub, lambda: all(request.results for request in short))


def test_a_large_task_waits_for_an_idle_process(processes: Processes, hub: Hub) -> None:
    processes.ahead = 7
    turn(hub, lambda: len(processes._all_inqueues) == 2)
    slow = [Request(processes, time.sleep, 0.4) for _ in range(2)]
    large = Request(processes, len, "x" * 5000)
    turn(hub, lambda: all(request.pids for request in slow))
    assert loads(processes) == [1, 1]
    assert not processes.is_blocked()
    time.sleep(prefork.SLOW_SECONDS)
    assert processes.is_blocked()
    turn(hub, lambda: large.results)
    assert large.results == [5000]


def test_without_a_way_to_take_tasks_back_none_is_written_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    assert prefork.can_take_back()
    prefork.can_take_back.cache_clear()
    monkeypatch.setattr(os, "open", lambda *_: os.close(-1))
    assert not prefork.can_take_back()
    prefork.can_take_back.cache_clear()


def test_what_waits_behind_killed_processes_runs_once(processes: Processes, hub: Hub) -> None:
    processes.ahead = 3
    turn(hub, lambda: len(processes._all_inqueues) == 2)
    requests = [Request(processes, time.sleep, 0.5) for _ in range(8)]
    turn(hub, lambda: sum(len(request.pids) for request in requests) == 2)
    killed = [request for request in requests if request.pids]
    for request in killed:
        os.kill(request.pids[0], signal.SIGKILL)
    processes.ahead = 0
    turn(hub, lambda: all(request.results for request in requests))
    assert [len(request.pids) for request in requests] == [1] * 8
    for request in requests:
        if request in killed:
            assert request.results[0].type is WorkerLostError
        else:
            assert request.results == [None]


def test_what_waits_behind_the_last_task_of_a_process_runs_once(hub: Hub) -> None:
    processes = Processes(2, threads=False, maxtasksperchild=3, semaphore=LaxBoundedSemaphore(2))
    processes.register_with_event_loop(hub)
    try:
        turn(hub, lambda: len(processes._all_inqueues) == 2)
        processes.ahead = 7
        requests = [Request(processes, os.getpid) for _ in range(16)]
        turn(hub, lambda: all(request.results for request in requests))
        assert [len(request.pids) for request in requests] == [1] * 16
        assert len({request.results[0] for request in requests}) > 4
    finally:
        processes.terminate()


def large(length: int) -> str:
    return "x" * length


def test_a_result_that_is_read_in_part_survives_a_lost_connection(processes: Processes, hub: Hub) -> None:
    turn(hub, lambda: len(processes._all_inqueues) == 2)
    request = Request(processes, large, 3_000_000)
    turn(hub, lambda: any(isgenerator(read) for read, _ in hub.readers.values()))
    hub.reset()
    hub._loop = None
    processes.register_with_event_loop(hub)
    turn(hub, lambda: request.results)
    assert len(request.results[0]) == 3_000_000
    others = [Request(processes, os.getpid) for _ in range(8)]
    turn(hub, lambda: all(other.results for other in others))


def test_a_worker_with_many_open_files_waits_for_a_task_on_the_way(hub: Hub) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    processes = Processes(1, threads=False, semaphore=LaxBoundedSemaphore(1))
    processes.register_with_event_loop(hub)
    pool = TaskPool.__new__(TaskPool)
    pool._pool = processes
    try:
        turn(hub, lambda: len(processes._all_inqueues) == 1)
        assert min(processes._fileno_to_outq) > 1024
        request = Request(processes, time.sleep, 0.5)
        processes.on_poll_start()
        assert loads(processes) == [1]
        time.sleep(0.2)
        wait_until_taken(pool, hub)
        assert request.pids
    finally:
        processes.terminate()
        for file in files:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def note(folder: str, number: int) -> None:
    with open(f"{folder}/{os.getpid()}", "a") as file:
        file.write(f"{number}\n")


def test_each_task_runs_or_is_withdrawn(processes: Processes, hub: Hub, tmp_path: Path) -> None:
    turn(hub, lambda: len(processes._all_inqueues) == 2)
    numbers: dict[Request, int] = {}
    withdrawn: list[int] = []
    for round_ in range(200):
        processes.ahead = 7
        for number in range(16):
            request = Request(processes, note, str(tmp_path), number := round_ * 16 + number)
            numbers[request] = number
        for _ in range(round_ % 12):
            next(hub.loop)
        withdrawn += [numbers[request] for request in processes.withdraw()]
        if round_ % 3:
            turn(hub, lambda: not processes._cache)
    turn(hub, lambda: not processes._cache)
    ran = [int(line) for file in tmp_path.iterdir() for line in file.read_text().splitlines()]
    assert sorted(ran + withdrawn) == sorted(numbers.values())
    assert sorted(ran) == sorted(number for request, number in numbers.items() if request.results)
    assert len(ran) > 100
    assert len(withdrawn) > 100
