from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery

from ha_celery.probes import ProbeFiles


class Consumer:
    """Fake of the parts of Celery's consumer that the step uses."""

    def __init__(self, app: Celery) -> None:
        self.app = app
        self.repeated: Callable[[], None] = lambda: None
        self.cancelled = 0
        self.soon: list[Callable[[], None]] = []
        self.timer = SimpleNamespace(call_repeatedly=self._call_repeatedly)
        self.call_soon = self.soon.append

    def _call_repeatedly(self, seconds: float, call: Callable[[], None]) -> Any:
        assert seconds == 5
        self.repeated = call
        return SimpleNamespace(cancel=self._cancel)

    def _cancel(self) -> None:
        self.cancelled += 1

    def turn(self) -> None:
        for call in [*self.soon, self.repeated]:
            call()
        self.soon.clear()


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
    assert consumer.cancelled == 1
    # A call that was already scheduled must not restore it.
    consumer.turn()
    assert names(tmp_path) == {"heartbeat"}
    step.start(consumer)
    consumer.turn()
    assert names(tmp_path) == {"heartbeat", "consuming"}


def test_a_folder_that_cannot_be_written_is_logged_and_ends_nothing(
    consumer: Consumer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    consumer.app.conf.ha_celery_state_dir = str(tmp_path / "missing")
    step = ProbeFiles(consumer)
    step.start(consumer)
    consumer.turn()
    assert "HA_CELERY_STATE_DIR must be writable" in caplog.text
