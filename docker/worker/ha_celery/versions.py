"""Supported versions of Celery and its libraries; nothing starts with any other."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Python 3.8, which this module refuses, cannot evaluate it.
    Ranges = dict[str, tuple[str, str]]

#: First supported version of Python, and first version that is no longer supported.
PYTHON = ((3, 10), (3, 15))

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


def require() -> None:
    """Ends a process with an unsupported version.

    pip refuses such an installation, but `inject` adds the package to any image. The `celery` command prints
    a traceback for every other exception.
    """
    text = problem()
    if text:
        raise SystemExit(text)


def problem(
    installed: Callable[[str], str] = version, python: tuple[int, int] = sys.version_info[:2]
) -> str | None:
    """Returns an error text if Python or a library is outside of its supported range."""
    if not PYTHON[0] <= python < PYTHON[1]:
        return (
            f"Unsupported version: Python {_text(python)}. Tasks can be lost with versions that were not"
            f" tested. Use an image with Python {PYTHON_RANGE}."
        )
    found = mismatches(SUPPORTED, installed)
    if not found:
        return None
    actual = ", ".join(f"{one.name} {one.installed}" for one in found)
    required = " ".join(f"'{one.requirement}'" for one in found)
    return (
        f"Unsupported versions: {actual}. Tasks can be lost with versions that were not tested."
        f" Run: pip install {required}"
    )


def installed_text() -> str:
    """Installed version of each library, for error texts."""
    return ", ".join(f"{name} {version(name)}" for name in SUPPORTED)


def supported_text() -> str:
    """Supported range of each library, for error texts."""
    return ", ".join(f"{name}>={least},<{below}" for name, (least, below) in SUPPORTED.items())


def _text(release: tuple[int, int]) -> str:
    return ".".join(str(number) for number in release)


PYTHON_RANGE = f"{_text(PYTHON[0])} to {_text((PYTHON[1][0], PYTHON[1][1] - 1))}"


def _release(text: str) -> tuple[int, ...]:
    """Release numbers; a pre-release such as 5.8.0rc1 counts as its release."""
    release = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in release.group().split(".")) if release else ()
