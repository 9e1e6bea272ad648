"""Counted durations. prometheus_client's own histograms take a lock per bucket, and add a series each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate


class Histogram:
    """Durations by bucket. Not thread-safe."""

    __slots__ = ("_bounds", "buckets", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        """Adds a last bucket without an upper limit."""
        self._bounds = bounds
        self.buckets = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        """Counts one duration; a bucket includes its limit."""
        self.buckets[bisect_left(self._bounds, seconds)] += 1
        self.total += seconds


def cumulative(bounds: Iterable[float], buckets: Sequence[float]) -> list[tuple[str, float]]:
    """Returns the buckets as Prometheus expects them: each includes those below."""
    limits = [*(str(float(bound)) for bound in bounds), "+Inf"]
    return list(zip(limits, accumulate(buckets), strict=True))
