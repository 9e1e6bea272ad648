"""Supported versions of Celery and its libraries; nothing starts with any other."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

#: Distribution -> first supported version, and first version that is no longer supported.
SUPPORTED = {
    "celery": ("5.5", "5.8"),
    "kombu": ("5.5.2", "5.8"),
    "amqp": ("5.3.1", "5.5"),
    "billiard": ("4.2.1", "4.4"),
}

#: Versions on which our pool, consumer, and transport pass their tests; they replace internals of Celery.
ACCELERATED = {
    "celery": ("5.7", "5.8"),
    "kombu": ("5.7", "5.8"),
    "amqp": ("5.4.2", "5.5"),
    "billiard": ("4.3.2", "4.4"),
}

Ranges = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Mismatch:
    """Installed version outside of its range."""

    name: str
    installed: str
    least: str
    below: str

    @property
    def requirement(self) -> str:
        """Requirement for pip."""
        return f"{self.name}>={self.least},<{self.below}"


def mismatches(ranges: Ranges, installed: Callable[[str], str] = version) -> list[Mismatch]:
    """Returns all installed versions outside of the given ranges."""
    found = []
    for name, (least, below) in ranges.items():
        actual = installed(name)
        if not _release(least) <= _release(actual) < _release(below):
            found.append(Mismatch(name, actual, least, below))
    return found


def problem(installed: Callable[[str], str] = version) -> str | None:
    """Returns an error text if a library is outside of its supported range."""
    found = mismatches(SUPPORTED, installed)
    if not found:
        return None
    actual = ", ".join(f"{one.name} {one.installed}" for one in found)
    required = " ".join(f"'{one.requirement}'" for one in found)
    return (
        f"Unsupported versions: {actual}. Tasks can be lost with versions that were not tested."
        f" Run: pip install {required}"
    )


def _release(text: str) -> tuple[int, ...]:
    """Release numbers; a pre-release such as 5.8.0rc1 counts as its release."""
    release = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in release.group().split(".")) if release else ()
