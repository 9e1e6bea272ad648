"""Metrics of workers and beat, scraped from real processes that use a real broker."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from urllib.request import urlopen

import broker_control
import pytest
from broker_control import rabbitmqctl, unsettled
from celery import Celery
from conftest import wait_for
from prometheus_client.parser import text_string_to_metric_families
from workers import beat, worker_of

from ha_celery.metrics.table import TABLE, UNKNOWN, Metric

pytestmark = pytest.mark.broker
APP = "metrics_app"


class Scrape:
    """What the metrics page said."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        with urlopen(f"http://{host}:{port}/metrics", timeout=30) as answer:
            self.families = list(text_string_to_metric_families(answer.read().decode()))
        self.samples = [sample for family in self.families for sample in family.samples]

    def value(self, name: str, **labels: str) -> float:
        found = [
            sample.value
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(found)

    def counts(self, task: str, queue: str) -> dict[str, float]:
        """Counters of a task that are not 0, by their short name."""
        prefix, suffix = "ha_celery_tasks_", "_total"
        return {
            sample.name.removeprefix(prefix).removesuffix(suffix): sample.value
            for sample in self.samples
            if sample.name.startswith(prefix)
            and sample.name.endswith(suffix)
            and sample.labels == {"task": task, "queue": queue}
            and sample.value
        }


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def send(app: Celery, name: str, *args: object, **options: object) -> None:
    app.send_task(f"{APP}.{name}", args, **options)


def settled(port: int, **expected: float) -> Scrape:
    """Wait until the counters of all tasks together have these values."""

    def sums(scrape: Scrape) -> dict[str, float]:
        return {name: scrape.value(f"ha_celery_tasks_{name}_total") for name in expected}

    scrape = Scrape(port)
    deadline = time.monotonic() + 60
    while sums(scrape) != expected:
        assert time.monotonic() < deadline, sums(scrape)
        time.sleep(0.2)
        scrape = Scrape(port)
    return scrape


def test_every_task_has_one_outcome(app: Celery, queue: str, port: int, tmp_path: Path) -> None:
    names = ("succeed", "fail", "retry", "reject", "reject_once", "ignore", "exceed")
    # A fixed number: by time, tasks that wait behind those that exceed their limit return to the queue.
    environment = {"HA_CELERY_METRICS_PORT": str(port), "HA_CELERY_PREFETCH_MULTIPLIER": "4"}
    with worker_of(APP, tmp_path, (queue,), **environment):
        for name in names:
            for _ in range(3):
                send(app, name)
        app.send_task("another_app.task")
        with app.connection_for_write() as connection:
            connection.Producer().publish("{", routing_key=queue, content_type="application/json")
        wait_for(lambda: unsettled(queue) == 0, 60)
        scrape = settled(
            port, received=29, succeeded=9, failed=6, retried=3, returned=3, discarded=3, rejected=5
        )
    begun = {"received": 3.0, "started": 3.0}
    assert {name: scrape.counts(f"{APP}.{name}", queue) for name in names} == {
        "succeed": begun | {"succeeded": 3},
        "fail": begun | {"failed": 3},
        "retry": {"received": 6, "started": 6, "retried": 3, "succeeded": 3},
        "reject": begun | {"rejected": 3},
        "reject_once": {"received": 6, "started": 6, "returned": 3, "succeeded": 3},
        "ignore": begun | {"discarded": 3},
        "exceed": begun | {"failed": 3},
    }
    assert scrape.counts(UNKNOWN, queue) == {"received": 2, "rejected": 2}
    runtime, wait = "ha_celery_task_runtime_seconds", "ha_celery_task_queue_wait_seconds"
    assert scrape.value(f"{runtime}_count") == 27
    assert 3 <= scrape.value(f"{runtime}_sum", task=f"{APP}.exceed") <= 6
    assert scrape.value(f"{wait}_count") == 27
    assert 0 < scrape.value(f"{wait}_sum") < 27 * 60


def test_processes_report_what_they_publish(app: Celery, queue: str, port: int, tmp_path: Path) -> None:
    # Each process of the pool ends after two tasks, and its successor goes on.
    options = ("--max-tasks-per-child=2",)
    with worker_of(APP, tmp_path, (queue,), *options, HA_CELERY_METRICS_PORT=str(port)):
        for _ in range(8):
            send(app, "publish", 5)
        scrape = settled(port, succeeded=48)
    assert scrape.value("ha_celery_publish_seconds_count") == 40
    assert 0 < scrape.value("ha_celery_publish_seconds_sum") < 40 * 10
    assert scrape.value("ha_celery_publish_failed_total") == 0
    assert scrape.value("ha_celery_publish_under_way") == 0


def test_an_alarm_shows_in_publishes_under_way(app: Celery, queue: str, port: int, tmp_path: Path) -> None:
    file = tmp_path / "publish"
    with worker_of(APP, tmp_path, (queue,), HA_CELERY_METRICS_PORT=str(port)):
        send(app, "publish", 1)
        settled(port, succeeded=2)
        send(app, "publish", 1, str(file))
        with broker_control.alarm():
            file.touch()
            wait_for(lambda: Scrape(port).value("ha_celery_publish_under_way") == 1)
            time.sleep(2)
        scrape = settled(port, succeeded=4)
    assert scrape.value("ha_celery_publish_under_way") == 0
    assert scrape.value("ha_celery_publish_seconds_bucket", le="1.0") == 1
    assert scrape.value("ha_celery_publish_seconds_count") == 2


@pytest.mark.parametrize("pool", ["prefork", "threads", "gevent"])
def test_slots_and_prefetched_tasks(app: Celery, queue: str, port: int, tmp_path: Path, pool: str) -> None:
    file = tmp_path / "go on"
    variables = {"HA_CELERY_METRICS_PORT": str(port), "HA_CELERY_PREFETCH_MULTIPLIER": "4"}
    with worker_of(APP, tmp_path, (queue,), f"--pool={pool}", **variables):
        for _ in range(6):
            send(app, "wait", str(file))
        # Celery reads no further message while all greenlets are busy.
        waiting = 1 if pool == "gevent" else 4
        wait_for(lambda: slots(Scrape(port)) == (2, 2, waiting))
        assert Scrape(port).value("ha_celery_worker_connected") == 1
        file.touch()
        scrape = settled(port, succeeded=6)
    assert slots(scrape) == (2, 0, 0)
    assert scrape.counts(f"{APP}.wait", queue) == {"received": 6, "started": 6, "succeeded": 6}
    assert scrape.value("ha_celery_task_runtime_seconds_count") == 6
    assert scrape.value("ha_celery_task_queue_wait_seconds_count") == 6


def slots(scrape: Scrape) -> tuple[float, ...]:
    names = ("slots", "slots_busy", "tasks_prefetched")
    return tuple(scrape.value(f"ha_celery_worker_{name}") for name in names)


def test_a_lost_connection_is_counted(app: Celery, queue: str, port: int, tmp_path: Path) -> None:
    def connection() -> tuple[float, float]:
        scrape = Scrape(port)
        return scrape.value("ha_celery_worker_connected"), scrape.value("ha_celery_worker_reconnects_total")

    file = tmp_path / "go on"
    with worker_of(APP, tmp_path, (queue,), HA_CELERY_METRICS_PORT=str(port)):
        wait_for(lambda: connection() == (1, 0))
        send(app, "wait", str(file))
        wait_for(lambda: Scrape(port).value("ha_celery_worker_slots_busy") == 1)
        rabbitmqctl("stop_app")
        try:
            wait_for(lambda: connection() == (0, 0))
        finally:
            rabbitmqctl("start_app")
        wait_for(lambda: connection() == (1, 1), 60)
        file.touch()
        scrape = settled(port, succeeded=1)
    assert scrape.counts(f"{APP}.wait", queue) == {
        "received": 2,
        "started": 2,
        "returned": 1,
        "succeeded": 1,
    }


def test_a_port_in_use_is_logged_and_the_worker_runs(
    app: Celery, queue: str, port: int, tmp_path: Path
) -> None:
    with (
        socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True),
        worker_of(APP, tmp_path, (queue,), HA_CELERY_METRICS_PORT=str(port)),
    ):
        send(app, "succeed")
        wait_for(lambda: "succeeded in" in (tmp_path / "worker.log").read_text())
    log = (tmp_path / "worker.log").read_text()
    assert f"no metrics are served: port {port} cannot be opened" in log
    assert "Traceback" not in log


def test_metrics_are_off_by_default(app: Celery, queue: str, tmp_path: Path) -> None:
    with worker_of(APP, tmp_path, (queue,)):
        send(app, "succeed")
        wait_for(lambda: "succeeded in" in (tmp_path / "worker.log").read_text())
    assert "metrics are served" not in (tmp_path / "worker.log").read_text()


def test_beat_reports_its_last_tick_and_overdue_entries(
    app: Celery, queue: str, port: int, tmp_path: Path
) -> None:
    with beat(APP, tmp_path, queue, HA_CELERY_METRICS_PORT=str(port), HA_CELERY_PUBLISH_BUDGET_SECONDS="2"):
        wait_for(lambda: Scrape(port).value("ha_celery_publish_seconds_count") >= 2)
        scrape = Scrape(port)
        assert 0 <= time.time() - scrape.value("ha_celery_beat_last_tick_timestamp_seconds") < 10
        assert scrape.value("ha_celery_beat_overdue_entries") == 0
        with broker_control.alarm():
            wait_for(lambda: Scrape(port).value("ha_celery_beat_overdue_entries") == 1)
            assert Scrape(port).value("ha_celery_publish_failed_total") >= 1
        wait_for(lambda: Scrape(port).value("ha_celery_beat_overdue_entries") == 0)


def test_a_page_has_all_metrics_of_the_table_and_no_others(
    app: Celery, queue: str, port: int, tmp_path: Path
) -> None:
    with worker_of(APP, tmp_path, (queue,), HA_CELERY_METRICS_PORT=str(port)):
        worker = ours(Scrape(port, "[::1]"))
    with beat(APP, tmp_path, queue, HA_CELERY_METRICS_PORT=str(port)):
        scheduler = ours(Scrape(port, "[::1]"))
    both = TABLE["workers and beat"]
    assert worker == described(*TABLE["workers"], *both)
    assert scheduler == described(*TABLE["beat"], *both)


def ours(scrape: Scrape) -> set[tuple[str, str, str]]:
    assert scrape.value("process_resident_memory_bytes") > 1e6
    return {
        (family.name, family.type, family.documentation)
        for family in scrape.families
        if family.name.startswith("ha_celery")
    }


def described(*metrics: Metric) -> set[tuple[str, str, str]]:
    # The parser leaves out the suffix of counters.
    return {(metric.name.removesuffix("_total"), metric.type, metric.meaning) for metric in metrics}
