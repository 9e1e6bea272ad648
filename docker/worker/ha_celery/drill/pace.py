"""When to publish the next task."""

from __future__ import annotations

import math
import time


class Pace:
    """A steady rate, by absolute times: a late task does not move the ones after it.

    After a gap it catches up, but at most at twice the rate, so that the load does not become a burst.
    """

    def __init__(self, rate: float, delay: float = 0.0) -> None:
        """Begin after `delay` seconds; a rate of 0 means as fast as it goes."""
        self._interval = 1 / rate if rate else 0.0
        self._due = time.monotonic() + delay
        self._last = -math.inf

    def wait(self) -> float:
        """Tell how long to wait for the next task."""
        return max(max(self._due, self._last + self._interval / 2) - time.monotonic(), 0.0)

    def step(self) -> None:
        """Note that a task is published."""
        self._last = time.monotonic()
        self._due += self._interval
