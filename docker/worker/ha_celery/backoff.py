"""Backoff between attempts: exponential, with jitter, within a budget."""

from __future__ import annotations

import random
import time

from ha_celery.errors import GaveUpError, words

#: Longest timeout of a connect where the app has none. With gevent, Celery's consumer removes the app's.
LONGEST_CONNECT_SECONDS = 10.0


def connect_timeout(failures: int, longest: float | None) -> float:
    """Return the timeout of a connect, in seconds: short at first, because the broker may be stuck."""
    return _doubled(2.0, failures, longest or LONGEST_CONNECT_SECONDS)


def _doubled(first: float, times: int, longest: float) -> float:
    return min(longest, first * 2.0 ** min(times, 16))


class Backoff:
    """The pauses of one series of attempts."""

    def __init__(
        self, budget: float, first: float = 0.2, longest: float = 3.0, step: float | None = None
    ) -> None:
        """Allow `budget` seconds without progress. Pauses double, or grow by `step`."""
        self._budget = budget
        self._first = first
        self._longest = longest
        self._step = step
        self.progress()

    def progress(self) -> None:
        """Reset the pauses and the budget after a successful attempt."""
        self.attempts = 0
        self._deadline = time.monotonic() + self._budget

    def pause(self, error: BaseException) -> None:
        """Sleep before the next attempt; raise GaveUpError once the budget is spent."""
        wait = self.next_pause()
        self.check(error, wait)
        time.sleep(wait)

    def next_pause(self) -> float:
        """Count a failed attempt, and return the pause after it in seconds."""
        ceiling = self._ceiling(self.attempts)
        self.attempts += 1
        # Half of the pause is random, so that clients do not reconnect at the same moment.
        return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - no secret

    def _ceiling(self, failures: int) -> float:
        if self._step is None:
            return _doubled(self._first, failures, self._longest)
        return min(self._longest, self._first + self._step * failures)

    def check(self, error: BaseException, wait: float = 0.0) -> None:
        """Raise GaveUpError if the budget is spent after this wait."""
        if time.monotonic() + wait > self._deadline:
            raise GaveUpError(
                f"no success within {self._budget:g} s, {self.attempts} attempts. Last error: {words(error)}"
            ) from error
