"""Time limits without a timer per task."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ha_celery.time_limits import POLL_SECONDS, TimeLimits


class Processes:
    """Records the timeouts of jobs."""

    on_timeout_set: Any = None
    on_timeout_cancel: Any = None

    def __init__(self) -> None:
        self.done: list[tuple[str, int]] = []

    def on_soft_timeout(self, job: Any) -> None:
        self.done.append(("soft", job._job))

    def on_hard_timeout(self, job: Any) -> None:
        self.done.append(("hard", job._job))


@pytest.fixture
def processes() -> Processes:
    return Processes()


@pytest.fixture
def limits(processes: Processes) -> TimeLimits:
    return TimeLimits(processes)


def job(number: int) -> Any:
    return SimpleNamespace(_job=number)


def test_a_task_over_its_hard_limit_is_ended_once(
    no_sleep: list[float], processes: Processes, limits: TimeLimits
) -> None:
    limits.started(job(1), None, 10)
    no_sleep.append(9.9)
    limits.poll()
    assert processes.done == []
    no_sleep.append(0.1)
    limits.poll()
    limits.poll()
    assert processes.done == [("hard", 1)]


def test_a_task_is_warned_before_it_is_ended(
    no_sleep: list[float], processes: Processes, limits: TimeLimits
) -> None:
    limits.started(job(1), 5, 7)
    limits.started(job(2), 5, None)
    no_sleep.append(5)
    limits.poll()
    assert processes.done == [("soft", 1), ("soft", 2)]
    no_sleep.append(2)
    limits.poll()
    no_sleep.append(100)
    limits.poll()
    assert processes.done == [("soft", 1), ("soft", 2), ("hard", 1)]


def test_nothing_is_kept_of_finished_tasks_and_of_those_without_a_limit(
    no_sleep: list[float], processes: Processes, limits: TimeLimits
) -> None:
    for number in range(3):
        limits.started(job(number), None, 3600)
        limits.ended(job(number))
    limits.started(job(4), None, None)
    limits.ended(job(4))
    assert limits._running == {}
    no_sleep.append(4000)
    limits.poll()
    assert processes.done == []


def test_a_new_connection_changes_nothing_for_running_tasks(
    no_sleep: list[float], processes: Processes, limits: TimeLimits
) -> None:
    timers: list[tuple[float, Any]] = []
    hub = SimpleNamespace(call_repeatedly=lambda *timer: timers.append(timer))
    limits.register(hub)
    processes.on_timeout_set(job(1), None, 10)
    processes.on_timeout_set(job(2), None, 10)
    limits.register(hub)
    processes.on_timeout_cancel(job(2))
    no_sleep.append(10)
    assert [seconds for seconds, _ in timers] == [POLL_SECONDS] * 2
    timers[-1][1]()
    assert processes.done == [("hard", 1)]
