"""Time limits without a timer for each task."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ha_celery import time_limits
from ha_celery.time_limits import TimeLimits


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Processes:
    """Says what was done to which job."""

    on_timeout_set: Any = None
    on_timeout_cancel: Any = None

    def __init__(self) -> None:
        self.done: list[tuple[str, int]] = []

    def on_soft_timeout(self, job: Any) -> None:
        self.done.append(("soft", job._job))

    def on_hard_timeout(self, job: Any) -> None:
        self.done.append(("hard", job._job))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time_limits, "time", clock)
    return clock


@pytest.fixture
def processes() -> Processes:
    return Processes()


@pytest.fixture
def limits(processes: Processes) -> TimeLimits:
    return TimeLimits(processes)


def job(number: int) -> Any:
    return SimpleNamespace(_job=number)


def test_a_task_over_its_hard_limit_is_ended_once(
    clock: Clock, processes: Processes, limits: TimeLimits
) -> None:
    limits.started(job(1), None, 10)
    clock.now += 9.9
    limits.look()
    assert processes.done == []
    clock.now += 0.1
    limits.look()
    limits.look()
    assert processes.done == [("hard", 1)]


def test_a_task_is_warned_before_it_is_ended(clock: Clock, processes: Processes, limits: TimeLimits) -> None:
    limits.started(job(1), 5, 7)
    limits.started(job(2), 5, None)
    clock.now += 5
    limits.look()
    assert processes.done == [("soft", 1), ("soft", 2)]
    clock.now += 2
    limits.look()
    clock.now += 100
    limits.look()
    assert processes.done == [("soft", 1), ("soft", 2), ("hard", 1)]


def test_nothing_is_kept_of_finished_tasks_and_of_those_without_a_limit(
    clock: Clock, processes: Processes, limits: TimeLimits
) -> None:
    for number in range(3):
        limits.started(job(number), None, 3600)
        limits.ended(job(number))
    limits.started(job(4), None, None)
    limits.ended(job(4))
    assert limits._running == {}
    clock.now += 4000
    limits.look()
    assert processes.done == []


def test_a_new_connection_changes_nothing_for_running_tasks(
    clock: Clock, processes: Processes, limits: TimeLimits
) -> None:
    timers: list[tuple[float, Any]] = []
    hub = SimpleNamespace(call_repeatedly=lambda *timer: timers.append(timer))
    limits.register(hub)
    processes.on_timeout_set(job(1), None, 10)
    processes.on_timeout_set(job(2), None, 10)
    limits.register(hub)
    processes.on_timeout_cancel(job(2))
    clock.now += 10
    assert [seconds for seconds, _ in timers] == [time_limits.LOOK_SECONDS] * 2
    timers[-1][1]()
    assert processes.done == [("hard", 1)]
