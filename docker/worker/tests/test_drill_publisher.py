import itertools
import multiprocessing
import os
import signal
import threading
import time
from typing import Any

import pytest
from celery import Celery
from conftest import RunningLedger, wait_for

from ha_celery import SettingsError
from ha_celery.drill import outlets, publisher
from ha_celery.drill.pace import Pace
from ha_celery.drill.publisher import Plan, produce, publish
from ha_celery.drill.reporter import Reporter
from ha_celery.recorder import LedgerClient

VARIABLES = {
    "DRILL_RUN": "r",
    "HA_CELERY_LEDGER_URL": "http://:token@ledger:8080",
    "HA_CELERY_QUEUES": "drill-r",
}


class TestPace:
    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        now = [1000.0]
        monkeypatch.setattr("ha_celery.drill.pace.time.monotonic", lambda: now[0])
        return now

    def steps(self, pace: Pace, clock: list[float], number: int) -> list[float]:
        times = []
        for _ in range(number):
            clock[0] += pace.wait()
            times.append(round(clock[0] - 1000, 3))
            pace.step()
        return times

    def test_it_is_steady_however_long_a_step_takes(self, clock: list[float]) -> None:
        pace = Pace(10, delay=0.05)
        assert self.steps(pace, clock, 3) == [0.05, 0.15, 0.25]
        clock[0] += 0.07
        assert self.steps(pace, clock, 2) == [0.35, 0.45]

    def test_after_a_gap_it_catches_up_at_twice_the_rate(self, clock: list[float]) -> None:
        pace = Pace(10)
        assert self.steps(pace, clock, 2) == [0, 0.1]
        clock[0] += 0.4
        assert self.steps(pace, clock, 7) == [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8]
        assert self.steps(pace, clock, 2) == [0.9, 1.0]

    def test_without_a_rate_it_never_waits(self, clock: list[float]) -> None:
        assert self.steps(Pace(0), clock, 3) == [0, 0, 0]


class TestPlan:
    def test_the_environment(self) -> None:
        assert Plan.from_environment(VARIABLES) == Plan("r", "http://:token@ledger:8080")
        more = {"DRILL_RATE": "0", "DRILL_PRODUCERS": "8", "DRILL_KIND": "count", "DRILL_PAYLOAD_BYTES": "3"}
        plan = Plan.from_environment({**VARIABLES, **more})
        assert (plan.rate, plan.producers) == (0, 8)
        assert plan.arguments() == ("http://:token@ledger:8080", "xxx", 0.05)

    def test_every_mistake_is_named(self) -> None:
        wrong = {"DRILL_KIND": "x", "DRILL_PAYLOAD_BYTES": "-5", "HA_CELERY_QUEUES": "a,b"}
        with pytest.raises(SettingsError) as raised:
            Plan.from_environment(wrong)
        for text in (
            "DRILL_RUN is not set",
            "HA_CELERY_LEDGER_URL is not set",
            "DRILL_KIND is 'x': unknown value. Set it to work or canvas or count.",
            "DRILL_PAYLOAD_BYTES is '-5'",
            "HA_CELERY_QUEUES lists several queues",
        ):
            assert text in str(raised.value)

    def test_tasks_have_a_payload_and_workflows_do_not(self) -> None:
        more = {**VARIABLES, "DRILL_PAYLOAD_BYTES": "3"}
        assert Plan.from_environment(VARIABLES).arguments()[3:] == ()
        assert Plan.from_environment(more).arguments()[3:] == ("xxx",)
        with pytest.raises(SettingsError, match="DRILL_KIND canvas has no payload"):
            Plan.from_environment({**more, "DRILL_KIND": "canvas"})

    def test_producers_share_the_numbers(self) -> None:
        plan = Plan("r", "", producers=3, tasks=8)
        assert [list(plan.numbers(producer)) for producer in range(3)] == [[0, 3, 6], [1, 4, 7], [2, 5]]
        endless = Plan("r", "", producers=3).numbers(1)
        assert list(itertools.islice(endless, 3)) == [1, 4, 7]


class TestReporter:
    def test_it_reports_times_and_hears_of_the_stop(self, ledger: RunningLedger) -> None:
        with Reporter("r", ledger.url) as reporter:
            began = time.time()
            reporter.add(["r-000001"])
            assert not reporter.stopped()
            ledger.store.stop("other")
            ledger.store.stop("r")
            # With nothing else to report.
            wait_for(reporter.stopped)
            reporter.add(["r-000002"])
        confirmed = ledger.store.events("r")["confirmed"]
        assert [task_id for task_id, _ in confirmed] == ["r-000001", "r-000002"]
        assert began <= confirmed[0][1] < confirmed[1][1] <= time.time()
        assert reporter.confirmed == 2

    def test_a_ledger_that_refuses_ends_the_publisher(self, ledger: RunningLedger) -> None:
        reporter = Reporter("r", ledger.url)
        reporter.add([1])  # type: ignore[list-item]
        with pytest.raises(ValueError, match="refused POST /confirmed"):
            wait_for(reporter.stopped)


class Publisher:
    """Confirms each task at the next call; asks the ledger to stop after `stop_after` tasks."""

    stop_after = 0
    sent: list[str] = []  # noqa: RUF012 - read by the tests

    def __init__(self, app: Any, on_confirmed: Any, window: int, give_up_seconds: float) -> None:
        self.on_confirmed = on_confirmed
        self.published = self.retries = 0
        self.unconfirmed: list[str] = []
        Publisher.sent = []

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    def poll(self, seconds: float) -> None:
        time.sleep(seconds)
        self.flush()

    def publish(self, task: Any, args: Any, task_id: str) -> None:
        assert task.name == "ha_celery.drill.work"
        ledger_url, seconds, counted_until = args
        assert (seconds, counted_until - time.time()) == (0.05, pytest.approx(900, abs=5))
        self.published += 1
        self.sent.append(task_id)
        self.unconfirmed.append(task_id)
        if self.published == self.stop_after:
            LedgerClient(ledger_url).stop("r")

    def flush(self) -> None:
        confirmed, self.unconfirmed = self.unconfirmed, []
        if confirmed:
            self.on_confirmed(confirmed)


class TestProduce:
    @pytest.fixture
    def fake(self, app: Celery, monkeypatch: pytest.MonkeyPatch) -> Celery:
        monkeypatch.setattr(outlets, "ConfirmedPublisher", Publisher)
        return app

    def test_what_the_ledger_knows_is_not_published_again(self, fake: Celery, ledger: RunningLedger) -> None:
        ledger.store.add_confirmed([("r-000000", None), ("r-000003", None), ("other-000001", 1.0)])
        figures = produce(Plan("r", ledger.url, rate=0, tasks=6, producers=2), fake, 1)
        assert Publisher.sent == ["r-000001", "r-000005"]
        assert figures.published == 2

    def test_it_ends_when_the_ledger_says_so(
        self, fake: Celery, ledger: RunningLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Publisher, "stop_after", 20)
        figures = produce(Plan("r", ledger.url, rate=100), fake)
        # Tasks published until the next report are expected.
        assert 20 <= figures.published <= 70
        assert figures.ended - figures.began >= 0.18
        assert ledger.store.confirmed("r") == Publisher.sent

    def test_a_stop_interrupts_a_long_pause(self, fake: Celery, ledger: RunningLedger) -> None:
        threading.Timer(0.3, ledger.store.stop, ["r"]).start()
        began = time.monotonic()
        assert produce(Plan("r", ledger.url, rate=0.01), fake).published == 1
        assert time.monotonic() - began < 5


class TestProcesses:
    plan = Plan("r", "http://:token@ledger", producers=2, tasks=10)

    def test_their_figures_are_added_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fake(plan: Plan, app: Any, producer: int) -> publisher.Figures:
            return publisher.Figures(5, 5 + producer, 1, 10.0 + producer, 12.0 + producer)

        monkeypatch.setattr(publisher, "produce", fake)
        assert publish(self.plan, None) == {
            "run": "r",
            "producers": 2,
            "published": 10,
            "confirmed": 11,
            "retries": 2,
            "seconds": 3.0,
            "perSecond": 3.7,
        }

    @pytest.mark.parametrize(
        ("fault", "message"),
        [("raise", r"producer 1: ValueError\('broken'\)"), ("kill", "a producer was killed")],
    )
    def test_one_that_fails_ends_all_at_once(
        self, monkeypatch: pytest.MonkeyPatch, fault: str, message: str
    ) -> None:
        def fake(plan: Plan, app: Any, producer: int) -> publisher.Figures:
            if producer == 0:
                time.sleep(3600)
            if fault == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise ValueError("broken")

        monkeypatch.setattr(publisher, "produce", fake)
        with pytest.raises(RuntimeError, match=message):
            publish(self.plan, None)
        wait_for(lambda: not multiprocessing.active_children())
