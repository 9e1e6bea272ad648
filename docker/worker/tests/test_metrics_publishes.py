"""Metrics of published tasks, and the server of the metrics."""

from __future__ import annotations

import builtins
import logging
import os
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from metrics_samples import samples

from ha_celery import internals
from ha_celery.metrics import publishes, server
from ha_celery.metrics.histogram import Histogram, cumulative
from ha_celery.metrics.publishes import PublishCounts
from ha_celery.metrics.server import serve
from ha_celery.metrics.worker import ServeMetrics


def test_a_bucket_includes_its_limit() -> None:
    histogram = Histogram((1.0, 5.0))
    for seconds in (0.5, 1.0, 1.1, 5.0, 6.0):
        histogram.observe(seconds)
    assert cumulative((1.0, 5.0), histogram.buckets) == [("1.0", 2), ("5.0", 4), ("+Inf", 5)]
    assert histogram.total == pytest.approx(13.6)


def test_processes_share_the_counts_of_publishing() -> None:
    counts = PublishCounts()
    counts.began()
    counts.ended(0, 0.001)
    for row in (1, 2):
        child = os.fork()
        if child == 0:
            counts.use_row(row)
            counts.began()
            counts.ended(2, 0.25)
            counts.began()
            counts.ended(1, None)
            counts.began()
            os._exit(0)
        os.waitpid(child, 0)
    found = samples(lambda families: counts.collect(families, 2))
    assert found["ha_celery_publish_seconds_count"] == 3
    assert found["ha_celery_publish_seconds_bucket <= 0.002"] == 1
    assert found["ha_celery_publish_seconds_bucket <= 0.25"] == 3
    assert found["ha_celery_publish_seconds_sum"] == pytest.approx(0.501)
    assert found["ha_celery_publish_failed_attempts_total"] == 6
    assert found["ha_celery_publish_failed_total"] == 2
    assert found["ha_celery_publish_under_way"] == 2
    # The successor of the first process, which was killed while it published.
    counts.use_row(1)
    found = samples(lambda families: counts.collect(families, 0))
    assert found["ha_celery_publish_under_way"] == 1
    assert found["ha_celery_publish_failed_total"] == 2


@pytest.mark.parametrize("fails", [False, True])
def test_a_publishing_call_is_measured(monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    counts = PublishCounts()
    monkeypatch.setattr(publishes._Process, "counts", counts)
    with suppress(ValueError), publishes.measure(SimpleNamespace(failures=4)):
        assert samples(counts.collect)["ha_celery_publish_under_way"] == 1
        if fails:
            raise ValueError
    found = samples(counts.collect)
    assert found["ha_celery_publish_under_way"] == 0
    assert found["ha_celery_publish_seconds_count"] == (0 if fails else 1)
    assert found["ha_celery_publish_failed_total"] == (1 if fails else 0)
    assert found["ha_celery_publish_failed_attempts_total"] == 4


def test_an_image_without_the_library_serves_no_metrics(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **options: Any) -> Any:
        if name.startswith("prometheus_client"):
            raise ImportError(f"No module named {name!r}")
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    serve(1, lambda _: None)
    assert "no metrics are served (No module named 'prometheus_client')" in caplog.text
    assert "Add prometheus-client to the image, or unset HA_CELERY_METRICS_PORT" in caplog.text


def test_a_kernel_without_ipv6_serves_over_ipv4(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    addresses = []

    def start(port: int, address: str, registry: Any) -> Any:
        addresses.append(address)
        if ":" in address:
            raise OSError(97, "Address family not supported by protocol")
        return SimpleNamespace(socket=None), None

    monkeypatch.setattr("prometheus_client.start_http_server", start)
    monkeypatch.setattr(server, "_close_in_children", lambda _: None)
    with caplog.at_level(logging.INFO):
        serve(9808, lambda _: None)
    assert addresses == ["::", "0.0.0.0"]
    assert "metrics are served on port 9808" in caplog.text


def test_a_version_that_lacks_a_name_serves_no_metrics(
    app: Celery, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app.conf.ha_celery_metrics_port = 9808
    worker: Any = SimpleNamespace(app=app)
    assert ServeMetrics(worker).enabled
    monkeypatch.setattr(internals, "missing", lambda table: ["on_success in somewhere"])
    assert not ServeMetrics(worker).enabled
    assert "lack on_success in somewhere" in caplog.text
