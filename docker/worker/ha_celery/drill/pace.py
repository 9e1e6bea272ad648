"""Publishing at a steady rate."""

from __future__ import annotations

import math
import time


class Pace:
    """Schedule of a steady rate, in absolute times: a late task does not delay the ones after it.

    After a gap it catches up at most at twice the rate, so that the load does not become a burst.
    """

    def __init__(self, rate: float, delay: float = 0.0) -> None:
        """Starts after `delay` seconds; a rate of 0 is unlimited."""
        self._interval = 1 / rate if rate else 0.0
        self._due = time.monotonic() + delay
        self._last = -math.inf

    def wait(self) -> float:
        """Returns the seconds until the next task is due."""
        return max(max(self._due, self._last + self._interval / 2) - time.monotonic(), 0.0)

    def step(self) -> None:
        """Advances to the next task."""
        self._last = time.monotonic()
        self._due += self._interval
