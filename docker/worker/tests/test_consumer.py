"""What the worker's consumer adds to Celery's."""

from __future__ import annotations

import time

from kombu.asynchronous.timer import Timer

from ha_celery.consumer import sweep


def test_time_limits_of_finished_tasks_do_not_stay_in_memory() -> None:
    timer, fired = Timer(), []
    for _ in range(3000):
        timer.call_after(3600, fired.append, ("limit",)).cancel()
    timer.call_after(0, fired.append, ("due",))
    timer.call_after(3600, fired.append, ("later",))
    sweep(timer)
    assert len(timer) == 2
    wait, entry = next(iter(timer))
    assert wait is None
    entry()
    assert fired == ["due"]


def test_a_sweep_from_the_timer_itself_goes_on() -> None:
    timer = Timer()
    timer.call_repeatedly(0.001, sweep, (timer, 5))
    entries = iter(timer)
    for _ in range(2):
        for _ in range(10):
            timer.call_after(3600, print).cancel()
        time.sleep(0.002)
        _, entry = next(entries)
        entry()
        assert len(timer) == 1, "the sweep's own entry alone"


def test_few_entries_are_left_alone() -> None:
    timer = Timer()
    timer.call_after(3600, print).cancel()
    sweep(timer)
    assert len(timer) == 1
