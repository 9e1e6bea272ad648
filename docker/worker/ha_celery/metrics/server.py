"""Serves metrics from a thread, also while the worker waits for the broker. No error here ends a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from celery import signals
from celery.utils.log import get_logger

from ha_celery.metrics.table import Metric

if TYPE_CHECKING:
    # An image that `inject` adds this package to may not have it.
    from prometheus_client import Metric as Family

logger = get_logger(__name__)

#: All addresses of both families, or of IPv4 only where the kernel has no IPv6.
ADDRESSES = ("::", "0.0.0.0")  # noqa: S104 - Prometheus connects to the pod's address


class Families:
    """Builds prometheus_client's families from values."""

    def __init__(self) -> None:
        """Begins without families."""
        self.all: list[Family] = []

    def value(self, metric: Metric, value: float) -> None:
        """Adds a counter or a gauge without labels."""
        self.values(metric, [((), value)])

    def values(self, metric: Metric, values: Iterable[tuple[tuple[str, ...], float]]) -> None:
        """Adds a counter or a gauge with a value for each combination of labels."""
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

        kind = CounterMetricFamily if metric.type == "counter" else GaugeMetricFamily
        family = kind(metric.name, metric.meaning, labels=metric.labels)
        for labels, value in values:
            family.add_metric(labels, value)
        self.all.append(family)

    def histograms(
        self,
        metric: Metric,
        values: Iterable[tuple[tuple[str, ...], Sequence[tuple[str, float]], float]],
    ) -> None:
        """Adds a histogram with cumulative buckets and a sum for each combination of labels."""
        from prometheus_client.metrics_core import HistogramMetricFamily

        family = HistogramMetricFamily(metric.name, metric.meaning, labels=metric.labels)
        for labels, buckets, total in values:
            family.add_metric(labels, buckets, total)
        self.all.append(family)


class _Collector:
    def __init__(self, collect: Callable[[Families], None]) -> None:
        self._collect = collect

    def collect(self) -> Iterable[Family]:
        families = Families()
        self._collect(families)
        return families.all


def serve(port: int, collect: Callable[[Families], None]) -> None:
    """Serves these metrics and those of the process; logs what prevents that."""
    try:
        from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
    except ImportError as error:
        logger.warning(
            "no metrics are served (%s). Add prometheus-client to the image, or unset HA_CELERY_METRICS_PORT",
            error,
        )
        return
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(collect))
    ProcessCollector(registry=registry)
    problem: OSError | None = None
    for address in ADDRESSES:
        try:
            server, _ = start_http_server(port, address, registry)
        except OSError as error:
            problem = problem or error
            continue
        _close_in_children(server)
        logger.info("metrics are served on port %s, path /metrics", port)
        return
    logger.warning(
        "no metrics are served: port %s cannot be opened (%s). Set HA_CELERY_METRICS_PORT to a free port",
        port,
        problem,
    )


def _close_in_children(server: Any) -> None:
    """Closes the copy of the listening socket in a forked process, which could outlive the worker."""
    signals.worker_process_init.connect(
        lambda **_: server.socket.close(), weak=False, dispatch_uid="ha-celery-metrics"
    )
