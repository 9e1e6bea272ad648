import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery

from ha_celery import probes
from ha_celery.probes import ProbeFiles


class Consumer:
    """Fake of the parts of Celery's consumer that the step uses."""

    def __init__(self, app: Celery) -> None:
        self.app = app
        self.later: list[Callable[[], None]] = []
        self.soon: list[Callable[[], None]] = []
        self.timer: Any = SimpleNamespace(call_after=self._call_after)
        self.call_soon = self.soon.append

    def _call_after(self, seconds: float, call: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        assert seconds == 5
        self.later.append(partial(call, *arguments))

    def wait(self) -> None:
        """Lets the timer run, but not the loop."""
        later, self.later = self.later, []
        for call in later:
            call()

    def turn(self) -> None:
        """Lets the loop run once."""
        soon = list(self.soon)
        self.soon.clear()
        for call in soon:
            call()


@pytest.fixture
def consumer(app: Celery) -> Consumer:
    return Consumer(app)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_new_worker_is_alive_and_does_not_consume_yet(consumer: Consumer, tmp_path: Path) -> None:
    (tmp_path / "consuming").touch()
    step = ProbeFiles(consumer)
    step.start(consumer)
    assert names(tmp_path) == {"heartbeat"}


def test_the_loop_touches_both_files(consumer: Consumer, tmp_path: Path) -> None:
    ProbeFiles(consumer).start(consumer)
    consumer.turn()
    assert names(tmp_path) == {"heartbeat", "consuming"}


def test_a_lost_connection_removes_one_at_once_and_a_new_one_brings_it_back(
    consumer: Consumer, tmp_path: Path
) -> None:
    step = ProbeFiles(consumer)
    step.start(consumer)
    consumer.turn()
    step.stop(consumer)
    assert names(tmp_path) == {"heartbeat"}
    # A call that was already scheduled must not restore it.
    consumer.wait()
    consumer.turn()
    assert names(tmp_path) == {"heartbeat"}
    step.start(consumer)
    consumer.turn()
    assert names(tmp_path) == {"heartbeat", "consuming"}


def test_a_lost_connection_leaves_no_second_series_of_touches(consumer: Consumer) -> None:
    step = ProbeFiles(consumer)
    for _ in range(3):
        step.start(consumer)
        consumer.turn()
        step.stop(consumer)
    step.start(consumer)
    for _ in range(3):
        consumer.turn()
        consumer.wait()
    assert len(consumer.later) == 1


def age(folder: Path) -> None:
    for path in folder.iterdir():
        os.utime(path, (0, 0))


def fresh(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.stat().st_mtime > 0}


def test_gevents_timer_keeps_both_files_fresh_while_its_pool_is_full_until_the_step_stops(
    consumer: Consumer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gevent = pytest.importorskip("gevent")
    from celery.concurrency.gevent import Timer

    monkeypatch.setattr(probes, "INTERVAL_SECONDS", 0.01)
    consumer.timer = Timer()
    step = ProbeFiles(consumer)
    step.start(consumer)
    consumer.turn()
    for _ in range(4):
        age(tmp_path)
        gevent.sleep(0.05)
        assert fresh(tmp_path) == {"heartbeat", "consuming"}
    step.stop(consumer)
    age(tmp_path)
    for _ in range(3):
        gevent.sleep(0.05)
    assert (names(tmp_path), fresh(tmp_path)) == ({"heartbeat"}, set())


def test_a_folder_that_cannot_be_written_is_logged_and_ends_nothing(
    consumer: Consumer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    consumer.app.conf.ha_celery_state_dir = str(tmp_path / "missing")
    step = ProbeFiles(consumer)
    step.start(consumer)
    consumer.turn()
    assert "HA_CELERY_STATE_DIR must be writable" in caplog.text
