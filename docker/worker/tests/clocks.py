"""Processes whose time of day is wrong, by libfaketime. Their timers run on the monotonic clock, as usual."""

from __future__ import annotations

import platform
from pathlib import Path

import libfaketime
import pytest

LIBRARY = Path(libfaketime.__file__).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"

needs_faketime = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"),
    reason="the package libfaketime ships a library for Linux on x86-64 only",
)


def wrong_by(seconds: int) -> dict[str, str]:
    """Return the variables of a process whose clock is ahead by some seconds, or behind."""
    return {"LD_PRELOAD": str(LIBRARY), "FAKETIME": f"{seconds:+}", **COMMON}


#: Shared memory would be that of all faked processes.
COMMON = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DISABLE_SHM": "1"}
